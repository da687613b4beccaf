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

/** What a row is about, apart from whose it is. */
export function subjectlessKey({ component, workload, at }: Row): string {
  return [component, workload, ...(at === undefined ? [] : [`at ${at}`])].join(" / ");
}

export function keyOf(row: Row): string {
  return `${subjectlessKey(row)} / ${row.subject}`;
}
