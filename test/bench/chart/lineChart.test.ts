import { expect, test } from "vitest";
import { lineChart, type LineChart } from "./lineChart.ts";

const chart: LineChart = {
  title: "counter: add, <one> name",
  xLabel: "clients at once",
  yLabel: "conflicts per 1,000 mutations",
  series: [
    { name: "ours", points: [1, 4, 16].map((x) => ({ x, y: 0 })) },
    { name: "official & sons", points: [1, 4, 16].map((x) => ({ x, y: x * 131 })) },
  ],
};

test("the same chart is the same file", () => {
  expect(lineChart(chart)).toBe(lineChart(structuredClone(chart)));
});

test("axes are labelled, every line is named, and text is escaped", () => {
  const svg = lineChart(chart);
  for (const text of ["clients at once", "conflicts per 1,000 mutations", ">ours<", ">2,500<"]) {
    expect(svg).toContain(text);
  }
  expect(svg).toContain("add, &lt;one&gt; name");
  expect(svg).toContain("official &amp; sons");
});

test("it has colours for dark pages, on a background of its own", () => {
  expect(lineChart(chart)).toMatch(/class="card".*width="760"/);
  expect(lineChart(chart)).toContain("prefers-color-scheme:dark");
});

test.each([
  { case: "nothing but zeros", points: [{ x: 1, y: 0 }] },
  { case: "one point", points: [{ x: 32, y: 7 }] },
  {
    case: "small fractions",
    points: [
      { x: 10, y: 0.2 },
      { x: 100, y: 0.7 },
    ],
  },
])("a chart of $case has finite coordinates", ({ points }) => {
  const svg = lineChart({ ...chart, series: [{ name: "ours", points }] });
  expect(svg).not.toMatch(/NaN|Infinity/);
});
