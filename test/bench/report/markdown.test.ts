import { expect, test } from "vitest";
import type { Bench } from "../harness/bench.ts";
import type { Row } from "../harness/row.ts";
import { findWorse } from "../harness/worse.ts";
import { renderReport } from "./markdown.ts";

const bench: Bench<unknown> = {
  component: "toy",
  subjects: [],
  operations: [
    {
      name: "add",
      run: () => Promise.resolve(),
      worse: [{ values: ["bytesRead"], because: "it remembers more" }],
      absent: { "official, async": "it has none" },
    },
  ],
  growths: [],
  contentions: [
    { name: "add, one key", of: "clients", values: [32], run: () => Promise.resolve() },
  ],
};

const row = (subject: string, bytesRead: number): Row => ({
  component: "toy",
  workload: "add",
  subject,
  values: { queries: 1, bytesRead },
});

const cost = [row("ours", 1_400), row("official", 1_270)];

const conflicts = ["ours", "official"].map((subject) => ({
  component: "toy",
  workload: "add, one key",
  subject,
  at: 32,
  values: { conflictsPer1000: 2_206, meanAttempts: 2.96 },
  where: "toy/rows.by_name",
}));

const spread = { median: 1.25, quartiles: [1.1, 1.5] } as const;
const time = { component: "toy", workload: "add", ms: spread };

const report = renderReport({
  benches: [bench],
  measured: {
    results: { cost, conflicts },
    times: [
      { ...time, subject: "ours", ratio: null },
      { ...time, subject: "official", ratio: spread },
    ],
    worse: findWorse(cost, [bench], 1),
  },
  date: "2026-11-21",
  machine: "2 cores",
  versions: ["`convex 1.48.0`"],
  charts: () => [{ fileName: "toy.svg", title: "toy: add", table: "conflicts", svg: "" }],
  chartsPath: "test/bench/charts",
});

test("a worse value is marked and its reason stands below the table", () => {
  expect(report).toContain("| add | ours | 1 |  |  | 1,400 ▲ |");
  expect(report).toContain("|  | official | 1 |  |  | 1,270 |");
  expect(report).toContain("- it remembers more (bytes read, of add. Better: official)");
});

test("an operation that a subject lacks is named with the reason", () => {
  expect(report).toContain("- official, async: it has none (add)");
});

test("conflicts say how many, and on which index", () => {
  expect(report).toContain("| ours | 32 | 2,206 | 2.96 |");
  expect(report).toContain("`toy/rows.by_name`");
  expect(report).toContain("![toy: add](test/bench/charts/toy.svg)");
});

test("times are medians with their spread, and a slower one without a reason says so", () => {
  expect(report).toContain("| 1.250 (1.100 to 1.500) | 1.25 (1.10 to 1.50) | not known |");
});

test("it says when, on what, of what and how it was made", () => {
  for (const text of ["2026-11-21", "2 cores", "`convex 1.48.0`", "`npm run bench`"]) {
    expect(report).toContain(text);
  }
});
