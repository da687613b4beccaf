import type { Row } from "../harness/row.ts";
import type { Worse } from "../harness/worse.ts";
import { CONFLICT_LABELS } from "./labels.ts";
import { formatNumber, table, withoutRepeats } from "./table.ts";
import { isWorse, WORSE_MARK } from "./worseList.ts";

/** What concurrent calls do to each other, each subject under the other. */
export function conflictTable(rows: readonly Row[], of: string, worse: readonly Worse[]): string {
  const cells = rows.map((row) => [
    row.subject,
    formatNumber(row.at),
    ...Object.keys(CONFLICT_LABELS).map(
      (name) => formatNumber(row.values[name]) + (isWorse(worse, row, name) ? WORSE_MARK : ""),
    ),
    row.where === undefined ? "" : `\`${row.where}\``,
  ]);
  const numbers = [of, ...Object.values(CONFLICT_LABELS)].map((label) => `>${label}`);
  return table(["", ...numbers, "mostly on"], withoutRepeats(cells));
}
