import type { Bench } from "../harness/bench.ts";
import type { Spread, TimeRow } from "../harness/time.ts";
import { findReason, TIME } from "../harness/worse.ts";
import { table, withoutRepeats } from "./table.ts";

/** How long calls take, and where ours is slower and why. */
export function timeTable(rows: readonly TimeRow[], benches: readonly Bench<unknown>[]): string {
  const cells = rows.map((row) => [
    row.workload,
    row.subject,
    `${format(row.ms, 3)}`,
    row.ratio === null ? "" : format(row.ratio, 2),
    isSlower(row) ? reasonFor(row, benches) : "",
  ]);
  const columns = ["operation", "", ">ms a call", ">ours / this", "where ours is slower, why"];
  return table(columns, withoutRepeats(cells));
}

const format = ({ median, quartiles: [low, high] }: Spread, digits: number) =>
  `${median.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;

/** Slower in three rounds of four. */
const isSlower = ({ ratio }: TimeRow) => ratio !== null && ratio.quartiles[0] > 1;

function reasonFor({ component, workload, subject }: TimeRow, benches: readonly Bench<unknown>[]) {
  const about = { than: subject, value: TIME };
  return findReason(benches, { component, workload }, about)?.because ?? "not known";
}
