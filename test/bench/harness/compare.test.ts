import { expect, test } from "vitest";
import { check, compareResults } from "./compare.ts";
import type { Results, Row } from "./row.ts";

const row = (values: Record<string, number>, rest: Partial<Row> = {}): Row => ({
  component: "toy",
  workload: "add",
  subject: "ours",
  values,
  ...rest,
});

const cost = (...rows: Row[]): Results => ({ cost: rows, conflicts: [] });
const conflicts = (...rows: Row[]): Results => ({ cost: [], conflicts: rows });

const committed = row({ queries: 1, bytesRead: 140 });
const kindsOf = (before: Results, after: Results) =>
  compareResults(before, after).map(({ kind }) => kind);

test("the check passes only if nothing differs, and says what to do otherwise", () => {
  const printed: string[] = [];
  const print = (line: string) => printed.push(line);
  expect(check(cost(committed), cost(committed), print)).toBe(true);
  expect(printed).toEqual([]);
  expect(check(cost(committed), cost(), print)).toBe(false);
  expect(printed.at(-1)).toMatch(/^No row of ours got worse, but .* run `npm run bench`/);
  expect(check(cost(committed), cost(row({ queries: 2, bytesRead: 140 })), print)).toBe(false);
  expect(printed.at(-1)).toMatch(/^Rows of ours got worse/);
});

test("equal rows are no finding", () => {
  expect(compareResults(cost(committed), cost({ ...committed }))).toEqual([]);
});

test("a row that costs more is worse, also if it costs less elsewhere", () => {
  const findings = compareResults(cost(committed), cost(row({ queries: 2, bytesRead: 10 })));
  expect(findings).toEqual([
    { kind: "worse", message: "toy / add / ours: queries 1 -> 2, bytesRead 140 -> 10" },
  ]);
});

test("a row that costs less asks to be committed", () => {
  expect(kindsOf(cost(committed), cost(row({ queries: 1, bytesRead: 139 })))).toEqual(["better"]);
});

test("a row that is gone or new is found", () => {
  expect(compareResults(cost(committed), cost())).toEqual([
    { kind: "missing", message: "toy / add / ours" },
  ]);
  expect(kindsOf(cost(), cost(committed))).toEqual(["new"]);
});

test("points of a chart are rows of their own", () => {
  const point = (at: number) => ({ ...committed, at });
  expect(compareResults(cost(point(10)), cost(point(10), point(100)))).toEqual([
    { kind: "new", message: "toy / add / at 100 / ours" },
  ]);
});

test("an official package that costs more is no defect of ours, but it is noticed", () => {
  const official = { ...committed, subject: "official" };
  const dearer = { ...official, values: { ...official.values, queries: 5 } };
  expect(kindsOf(cost(official), cost(dearer))).toEqual(["changed"]);
});

test("conflicts are compared as cost is, and so is where they are", () => {
  const before = row({ conflictsPer1000: 20 }, { where: "toy/rows.name" });
  const worse = { ...before, values: { conflictsPer1000: 21 } };
  expect(kindsOf(conflicts(before), conflicts(worse))).toEqual(["worse"]);
  expect(compareResults(conflicts(before), conflicts({ ...before, where: "toy/rows" }))).toEqual([
    { kind: "changed", message: "toy / add / ours: where toy/rows.name -> toy/rows" },
  ]);
});
