import { lineChart, type LineChart, type Series } from "../chart/lineChart.ts";
import type { Bench, Contention, Growth } from "../harness/bench.ts";
import { USUAL_CLIENTS } from "../harness/conflicts.ts";
import { isOurs, type Results, type Row } from "../harness/row.ts";
import { COST_LABELS } from "./labels.ts";

export interface Chart {
  /** Where the report shows it. */
  table: "cost" | "conflicts";
  fileName: string;
  title: string;
  svg: string;
}

/** Every chart of a component, in the order of the report. */
export function chartsOf(bench: Bench<unknown>, results: Results): Chart[] {
  return [
    ...bench.contentions.map((each) => contentionChart(bench, each, results.conflicts)),
    ...bench.contentions.map((each) => shardsChart(bench, each, results.conflicts)),
    ...bench.growths.flatMap((each) => growthCharts(bench, each, results.cost)),
  ].filter((chart) => chart !== null);
}

function contentionChart(
  { component }: Bench<unknown>,
  { name, of = "clients" }: Contention<unknown>,
  rows: readonly Row[],
): Chart | null {
  const xLabel = of === "clients" ? "clients at once" : `keys, ${USUAL_CLIENTS} clients at once`;
  const series = seriesOf(rows, { component, workload: name }, "conflictsPer1000");
  if (series.every(({ points }) => points.length < 2)) return null;
  return draw("conflicts", of, {
    title: `${component}: ${name}`,
    xLabel,
    yLabel: CONFLICTS,
    series,
  });
}

const CONFLICTS = "conflicts per 1,000 mutations";

/** One line for the subjects that differ in the number of shards, and a level for each other one. */
function shardsChart(
  { component, subjects }: Bench<unknown>,
  { name, of = "clients" }: Contention<unknown>,
  rows: readonly Row[],
): Chart | null {
  const atUsual = rows.filter(
    (row) => row.component === component && row.workload === name && row.at === USUAL_CLIENTS,
  );
  const measured = subjects.filter((each) => atUsual.some(({ subject }) => subject === each.name));
  const shards = measured.map((each) => each.shards).filter((each) => each !== undefined);
  if (of !== "clients" || shards.length < 2) return null;
  const conflictsOf = (subject: string) =>
    atUsual.find((row) => row.subject === subject)?.values["conflictsPer1000"] ?? 0;
  const sharded = (isWanted: (name: string) => boolean) =>
    measured.flatMap(({ name: subject, shards: x }) =>
      x === undefined || !isWanted(subject) ? [] : [{ x, y: conflictsOf(subject) }],
    );
  const byShards: Series[] = [
    { name: "ours, by shards", points: sharded(isOurs), isBroad: true },
    { name: "official, by shards", points: sharded((subject) => !isOurs(subject)) },
  ].filter(({ points }) => points.length > 0);
  const levels = measured
    .filter((each) => each.shards === undefined)
    .map((each): Series => {
      const y = conflictsOf(each.name);
      return {
        name: each.name,
        isBroad: isOurs(each.name),
        points: shards.map((x) => ({ x, y })),
      };
    });
  const series = oursFirst([...levels, ...byShards]);
  const title = `${component}: ${name}, ${USUAL_CLIENTS} clients at once`;
  return draw("conflicts", "shards", { title, xLabel: "shards", yLabel: CONFLICTS, series });
}

function growthCharts(
  { component }: Bench<unknown>,
  { of, operations }: Growth<unknown>,
  rows: readonly Row[],
): Chart[] {
  return operations.map(({ name, metric }) => {
    const series = seriesOf(rows, { component, workload: name }, metric);
    const labels = { xLabel: of, yLabel: `${COST_LABELS[metric]} per call`, series };
    return draw("cost", of, { title: `${component}: ${name}`, ...labels });
  });
}

function seriesOf(
  rows: readonly Row[],
  { component, workload }: Pick<Row, "component" | "workload">,
  value: string,
): Series[] {
  const lines = new Map<string, { x: number; y: number }[]>();
  for (const row of rows) {
    if (row.component !== component || row.workload !== workload || row.at === undefined) continue;
    const point = { x: row.at, y: row.values[value] ?? 0 };
    lines.set(row.subject, [...(lines.get(row.subject) ?? []), point]);
  }
  return oursFirst([...lines].map(([name, points]) => ({ name, points, isBroad: isOurs(name) })));
}

const oursFirst = (series: Series[]) =>
  series.sort((a, b) => Number(isOurs(b.name)) - Number(isOurs(a.name)));

function draw(table: Chart["table"], of: string, chart: LineChart): Chart {
  const words = `${chart.title} by ${of}`.toLowerCase();
  const fileName = `${words.replaceAll(/[^a-z0-9]+/g, "-")}.svg`;
  return { table, fileName, title: `${chart.title}, by ${of}`, svg: lineChart(chart) };
}
