import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, relative } from "node:path";
import type { Bench } from "../harness/bench.ts";
import type { Results, Row } from "../harness/row.ts";
import { chartsOf, type Chart } from "./charts.ts";
import { renderReport, type Measurement } from "./markdown.ts";

const ROOT = join(import.meta.dirname, "../../..");
const REPORT = join(ROOT, "BENCHMARKS.md");
const RESULTS = join(ROOT, "test/bench/results.json");
const CHARTS = join(ROOT, "test/bench/charts");

/** The rows that were written last; none before the first time. */
export function readCommitted(): Results {
  if (!existsSync(RESULTS)) return { cost: [], conflicts: [] };
  return JSON.parse(readFileSync(RESULTS, "utf8")) as Results;
}

/** Writes BENCHMARKS.md, its rows and its charts. @returns the paths, from the root */
export function writeReport(benches: readonly Bench<unknown>[], measured: Measurement): string[] {
  const charts = new Map(benches.map((bench) => [bench, chartsOf(bench, measured.results)]));
  const report = renderReport({
    benches,
    measured,
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    versions: versionsOf(benches),
    charts: (bench) => charts.get(bench) ?? [],
    chartsPath: relative(ROOT, CHARTS),
  });
  writeFileSync(REPORT, report);
  writeFileSync(RESULTS, formatResults(measured.results));
  writeCharts([...charts.values()].flat());
  return [REPORT, RESULTS, CHARTS].map((path) => relative(ROOT, path));
}

/** One row on a line, so that a change of one number is a change of one line. */
export function formatResults({ cost, conflicts }: Results): string {
  const rows = (all: readonly Row[]) => all.map((row) => `    ${JSON.stringify(row)}`).join(",\n");
  return `{\n  "cost": [\n${rows(cost)}\n  ],\n  "conflicts": [\n${rows(conflicts)}\n  ]\n}\n`;
}

/** The folder holds charts and nothing else, so those that are not drawn any more go. */
function writeCharts(charts: readonly Chart[]): void {
  rmSync(CHARTS, { recursive: true, force: true });
  mkdirSync(CHARTS, { recursive: true });
  for (const { fileName, svg } of charts) writeFileSync(join(CHARTS, fileName), `${svg}\n`);
}

function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? "an unknown processor";
  return `${cpus().length} cores of ${model}, Node ${process.versions.node}`;
}

const TOOLS = ["convex", "convex-test"];

function versionsOf(benches: readonly Bench<unknown>[]): string[] {
  const measured = benches.flatMap(({ subjects }) => subjects.map((each) => each.packageName));
  return [...new Set([...measured, ...TOOLS])].map((packageName) => {
    const path = join(ROOT, "node_modules", packageName, "package.json");
    const { name, version } = JSON.parse(readFileSync(path, "utf8")) as Record<string, string>;
    return `\`${name} ${version}\``;
  });
}
