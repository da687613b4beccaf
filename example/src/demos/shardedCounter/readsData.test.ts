import { expect, test } from "vitest";
import { meanOf, readsData, readsFrame, readsMarks, topOf, type Reads } from "./readsData.js";

const sample = (log: number, rows: number): Reads => ({
  log: { count: 1, documents: log },
  rows: { count: 1, documents: rows },
});

test("the latest sample stands at now, those before it to the left", () => {
  expect(readsData([sample(3, 1), sample(4, 2)])).toEqual([
    [-1, 0],
    [3, 4],
    [1, 2],
  ]);
});

test("the axis grows in whole ticks, and labels all of them", () => {
  expect(topOf([])).toBe(40);
  expect(topOf([sample(41, 16)])).toBe(60);
  expect(readsFrame(60).y.ticks).toEqual([0, 20, 40, 60]);
});

test("the latest sample is marked, if there is one", () => {
  expect(readsMarks([])).toEqual([]);
  expect(readsMarks([sample(9, 16)]).map(({ y }) => y)).toEqual([16, 9]);
});

test("the mean is of all samples, and 0 without any", () => {
  expect(meanOf([], "log")).toBe(0);
  expect(meanOf([sample(1, 16), sample(4, 16)], "log")).toBe(2.5);
});
