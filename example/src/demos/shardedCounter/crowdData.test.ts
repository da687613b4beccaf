import { expect, test } from "vitest";
import { crowdData, crowdFrame, errorOf, formatPercent, sinceReset, widthOf } from "./crowdData.js";

const crowd = (people: number, unique: number) => ({ people, unique, visits: 2 * people });

test("the error is in percent of the truth, and 0 of nobody", () => {
  expect(errorOf(crowd(200, 203))).toBe(1.5);
  expect(errorOf(crowd(0, 0))).toBe(0);
});

test("what was before a reset is forgotten", () => {
  const samples = [crowd(50, 50), crowd(100, 100), crowd(0, 0), crowd(50, 50)];
  expect(sinceReset(samples)).toEqual(samples.slice(2));
  expect(sinceReset(samples.slice(0, 2))).toEqual(samples.slice(0, 2));
});

test("the lines of the standard error begin where the sketch does", () => {
  expect(crowdData([crowd(50, 50), crowd(1_000, 1_010)], 2_000)).toEqual([
    [50, 256, 1_000, 2_000],
    [null, 1.6, 1.6, 1.6],
    [null, -1.6, -1.6, -1.6],
    [0, undefined, 1, undefined],
  ]);
});

test("the axis has room for everybody, and a few labels", () => {
  expect([widthOf(0), widthOf(2_001)]).toEqual([2_000, 3_000]);
  expect(crowdFrame(12_000).x.ticks).toEqual([0, 3_000, 6_000, 9_000, 12_000]);
});

test.each([
  [0, "0 %"],
  [2, "+2 %"],
  [-1.234, "−1.2 %"],
])("%d percent is %s", (percent, text) => {
  expect(formatPercent(percent)).toBe(text);
});
