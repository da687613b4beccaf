import { WITH_QUEUED_WORK } from "../harness/cost.ts";
import type { Row } from "../harness/row.ts";
import type { Worse } from "../harness/worse.ts";
import { COST_LABELS } from "./labels.ts";
import { formatNumber, table, withoutRepeats } from "./table.ts";
import { isWorse, WORSE_MARK } from "./worseList.ts";

/** What each operation costs, each subject under the other. */
export function costTable(rows: readonly Row[], worse: readonly Worse[]): string {
  const cells = withoutEqualQueues(rows).map((row) => [
    row.workload,
    row.subject,
    ...Object.keys(COST_LABELS).map((name) => cell(row, name, worse)),
  ]);
  const numbers = Object.values(COST_LABELS).map((label) => `>${label}`);
  return table(["operation", "", ...numbers], withoutRepeats(cells));
}

/** A subject that queues nothing costs the same with the work it queues: one line is enough. */
function withoutEqualQueues(rows: readonly Row[]): Row[] {
  const call = (row: Row) =>
    rows.find(
      ({ workload, subject }) =>
        workload + WITH_QUEUED_WORK === row.workload && subject === row.subject,
    );
  return rows.filter((row) => JSON.stringify(call(row)?.values) !== JSON.stringify(row.values));
}

/** What it costs as something grows: documents read / written, bytes read / written at each size. */
export function growthTable(all: readonly Row[], worse: readonly Worse[]): string {
  const rows = all.filter(({ workload }) => !workload.endsWith(WITH_QUEUED_WORK));
  const sizes = [...new Set(rows.map(({ at }) => at ?? 0))].sort((a, b) => a - b);
  const lines = new Map<string, Row[]>();
  for (const row of rows) {
    const line = JSON.stringify([row.workload, row.subject]);
    lines.set(line, [...(lines.get(line) ?? []), row]);
  }
  const cells = [...lines].map(([line, points]) => [
    ...(JSON.parse(line) as string[]),
    ...sizes.map((size) =>
      pointOf(
        points.find(({ at }) => at === size),
        worse,
      ),
    ),
  ]);
  const columns = ["operation", "", ...sizes.map((size) => `>at ${formatNumber(size)}`)];
  return table(columns, withoutRepeats(cells));
}

const POINT = ["documentsRead", "documentsWritten", "bytesRead", "bytesWritten"];

function pointOf(row: Row | undefined, worse: readonly Worse[]): string {
  return row === undefined ? "" : POINT.map((name) => cell(row, name, worse)).join(" / ");
}

function cell(row: Row, name: string, worse: readonly Worse[]): string {
  return formatNumber(row.values[name]) + (isWorse(worse, row, name) ? WORSE_MARK : "");
}
