import type { Bench } from "../harness/bench.ts";
import type { Results } from "../harness/row.ts";
import type { TimeRow } from "../harness/time.ts";
import type { Worse } from "../harness/worse.ts";
import type { Chart } from "./charts.ts";
import { conflictTable } from "./conflictTable.ts";
import { costTable, growthTable } from "./costTable.ts";
import { method } from "./method.ts";
import { timeTable } from "./timeTable.ts";
import { worseList } from "./worseList.ts";

export interface Measurement {
  results: Results;
  times: readonly TimeRow[];
  worse: readonly Worse[];
}

export interface ReportOptions {
  benches: readonly Bench<unknown>[];
  measured: Measurement;
  /** "2026-11-21" */
  date: string;
  machine: string;
  /** "@convex-dev/rate-limiter 0.4.0" */
  versions: readonly string[];
  charts: (bench: Bench<unknown>) => readonly Chart[];
  /** From the report to the charts. */
  chartsPath: string;
}

/** BENCHMARKS.md. */
export function renderReport(options: ReportOptions): string {
  const { benches, measured } = options;
  const sections = (title: string, render: (bench: Bench<unknown>) => string[]) => [
    `## ${title}`,
    ...benches.flatMap((bench) => {
      const parts = render(bench).filter((part) => part !== "");
      return parts.length === 0 ? [] : [`### ${bench.component}`, ...parts];
    }),
  ];
  const parts = [
    "# Benchmarks",
    method(options),
    ...sections("Cost", (bench) => costSection(bench, measured, options)),
    ...sections("Conflicts", (bench) => conflictSection(bench, measured, options)),
    ...sections("Time", ({ component }) => {
      const rows = measured.times.filter((row) => row.component === component);
      return rows.length === 0 ? [] : [timeTable(rows, benches)];
    }),
  ];
  return `${parts.join("\n\n")}\n`;
}

function costSection(
  bench: Bench<unknown>,
  { results, worse }: Measurement,
  { charts, chartsPath }: ReportOptions,
): string[] {
  const rows = results.cost.filter(({ component }) => component === bench.component);
  const single = rows.filter(({ at }) => at === undefined);
  const growing = rows.filter(({ at }) => at !== undefined);
  return [
    costTable(single, worse),
    worseList(worse.filter(({ ours }) => single.includes(ours))),
    absences(bench.operations),
    ...(growing.length === 0 ? [] : [GROWTH, growthTable(growing, worse)]),
    worseList(worse.filter(({ ours }) => growing.includes(ours))),
    absences(bench.growths.flatMap(({ operations }) => operations)),
    ...imagesOf(charts(bench), "cost", chartsPath),
  ];
}

const GROWTH = "As it grows: documents read / written / bytes read / written, per call.";

function conflictSection(
  bench: Bench<unknown>,
  { results, worse }: Measurement,
  { charts, chartsPath }: ReportOptions,
): string[] {
  const rows = results.conflicts.filter(({ component }) => component === bench.component);
  const tables = bench.contentions.flatMap(({ name, of = "clients" }) => {
    const own = rows.filter(({ workload }) => workload === name);
    const table = conflictTable(own, of, worse);
    return [`**${name}**`, table, worseList(worse.filter(({ ours }) => own.includes(ours)))];
  });
  return [
    ...tables,
    absences(bench.contentions),
    ...imagesOf(charts(bench), "conflicts", chartsPath),
  ];
}

/** Which subjects have no such operation, and why. */
function absences(workloads: readonly { name: string; absent?: Record<string, string> }[]): string {
  const names = new Map<string, string[]>();
  for (const { name, absent = {} } of workloads) {
    for (const [subject, why] of Object.entries(absent)) {
      const line = `${subject}: ${why}`;
      names.set(line, [...(names.get(line) ?? []), name]);
    }
  }
  const lines = [...names].map(([line, listed]) => `- ${line} (${listed.join("; ")})`);
  return lines.length === 0 ? "" : `Not measured:\n\n${lines.join("\n")}`;
}

function imagesOf(charts: readonly Chart[], table: Chart["table"], path: string): string[] {
  const own = charts.filter((chart) => chart.table === table);
  return own.map(({ title, fileName }) => `![${title}](${path}/${fileName})`);
}
