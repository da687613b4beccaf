/** One measured line of a table. For every value, less is better. */
export interface Row {
  component: string;
  workload: string;
  subject: string;
  /** How many keys, rows or clients there were, for rows that are points of a chart. */
  at?: number;
  values: Readonly<Record<string, number>>;
  /** Where most conflicts were: component/table.index. */
  where?: string;
}

/** The rows that must stay as they are committed. Time is not among them: it depends on the machine. */
export interface Results {
  cost: readonly Row[];
  conflicts: readonly Row[];
}

export const OURS = "ours";

/** Ours in any configuration: "ours", "ours, 4 shards". */
export function isOurs(subject: string): boolean {
  return subject === OURS || subject.startsWith(`${OURS}, `);
}

/** What an official subject is called where it is configured as this one of ours, and the reverse. */
export function counterpartOf(subject: string): string {
  return isOurs(subject)
    ? subject.replace(/^ours/, "official")
    : subject.replace(/^official/, OURS);
}

/** What ours is judged by: the official one that is configured alike, or each if there is none. */
export function rivalsOf(ours: string, subjects: readonly string[]): string[] {
  const counterpart = counterpartOf(ours);
  if (subjects.includes(counterpart)) return [counterpart];
  return subjects.filter((subject) => !isOurs(subject));
}

/** What a row is about, apart from whose it is. */
export function subjectlessKey({ component, workload, at }: Row): string {
  return [component, workload, ...(at === undefined ? [] : [`at ${at}`])].join(" / ");
}

export function keyOf(row: Row): string {
  return `${subjectlessKey(row)} / ${row.subject}`;
}
