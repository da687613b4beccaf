import type { Bench, Reason } from "./bench.ts";
import { WITH_QUEUED_WORK } from "./cost.ts";
import { isOurs, keyOf, rivalsOf, subjectlessKey, type Row } from "./row.ts";

/** One row of ours that is worse than another subject's, for one reason. */
export interface Worse {
  ours: Row;
  than: Row;
  values: readonly string[];
  /** Null where the bench does not say why. */
  reason: Reason | null;
}

/**
 * Every row of ours that is worse than another subject's.
 *
 * @param slack How much more is still the same: 1.05 for what depends on chance, 1 for counts.
 */
export function findWorse(
  rows: readonly Row[],
  benches: readonly Bench<unknown>[],
  slack: number,
): Worse[] {
  const ours = rows.filter(({ subject }) => isOurs(subject));
  return ours.flatMap((row) => {
    const alike = rows.filter((each) => subjectlessKey(each) === subjectlessKey(row));
    const names = rivalsOf(
      row.subject,
      alike.map(({ subject }) => subject),
    );
    const rivals = alike.filter(({ subject }) => names.includes(subject));
    return rivals.flatMap((than) => {
      const reasonOf = (value: string) => findReason(benches, row, { than: than.subject, value });
      return groupByReason({ ours: row, than }, worseValues(row, than, slack), reasonOf);
    });
  });
}

function worseValues(ours: Row, than: Row, slack: number): string[] {
  return Object.keys(ours.values).filter(
    (name) => (ours.values[name] ?? 0) > (than.values[name] ?? Infinity) * slack,
  );
}

function groupByReason(
  rows: Pick<Worse, "ours" | "than">,
  values: readonly string[],
  reasonOf: (value: string) => Reason | null,
): Worse[] {
  const byReason = new Map<Reason | null, string[]>();
  for (const value of values) {
    const reason = reasonOf(value);
    byReason.set(reason, [...(byReason.get(reason) ?? []), value]);
  }
  return [...byReason].map(([reason, explained]) => ({ ...rows, values: explained, reason }));
}

/** What the bench says about this value; the workload's reasons go before the component's. */
export function findReason(
  benches: readonly Bench<unknown>[],
  { component, workload }: Pick<Row, "component" | "workload">,
  { than, value }: { than: string; value: string },
): Reason | null {
  const bench = benches.find((each) => each.component === component);
  if (bench === undefined) return null;
  const name = workload.replace(WITH_QUEUED_WORK, "");
  const own = workloadsOf(bench).find((each) => each.name === name)?.worse ?? [];
  const fits = (reason: Reason) =>
    (reason.than?.test(than) ?? true) && (reason.values?.includes(value) ?? true);
  return [...own, ...(bench.worse ?? [])].find(fits) ?? null;
}

/** What fails the bench: rows that are worse without a reason, and reasons that no row needs. */
export function problemsWith(
  worse: readonly Worse[],
  benches: readonly Bench<unknown>[],
): string[] {
  const used = new Set(worse.map(({ reason }) => reason));
  const unexplained = worse.filter(({ reason }) => reason === null);
  const reasons = benches.flatMap((bench) =>
    [bench, ...workloadsOf(bench)].flatMap((each) => each.worse ?? []),
  );
  return [
    ...unexplained.map(
      ({ ours, than, values }) =>
        `${keyOf(ours)} is worse than "${than.subject}" in ${values.join(", ")}: say why, in "worse".`,
    ),
    ...reasons
      .filter((reason) => !used.has(reason) && !isAboutTime(reason))
      .map(({ because }) => `No row needs the reason "${because}": remove it.`),
  ];
}

/** Time differs from run to run, so a reason about it cannot be required, nor can its absence. */
export const TIME = "time";

function isAboutTime({ values }: Reason): boolean {
  return values?.every((value) => value === TIME) ?? false;
}

function workloadsOf({ operations, growths, contentions }: Bench<unknown>) {
  return [...operations, ...growths.flatMap((growth) => growth.operations), ...contentions];
}
