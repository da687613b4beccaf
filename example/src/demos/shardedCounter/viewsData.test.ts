import { expect, test } from "vitest";
import { rangeAt, viewsData, viewsFrame } from "./viewsData.js";

const HOUR_MS = 3_600_000;
const NOON = Date.UTC(2026, 5, 1, 12);

test("a range ends with the hour or the day that is not over yet", () => {
  expect(rangeAt("hour", NOON)).toEqual({ startAt: NOON - 23 * HOUR_MS, endAt: NOON + HOUR_MS });
  expect(rangeAt("day", NOON)).toEqual({
    startAt: Date.UTC(2026, 4, 3),
    endAt: Date.UTC(2026, 5, 2),
  });
});

test("what was counted stands on what was brought along", () => {
  expect(viewsData([{ startAt: 0, counted: 2, brought: 3 }])).toEqual([[0], [5], [3]]);
});

test("the axis ends at a round number above all bars", () => {
  const top = (counted: number) => viewsFrame([{ startAt: 0, counted, brought: 0 }], "hour").y.max;
  expect([0, 1, 7, 99, 100, 201, 4_500].map(top)).toEqual([2, 2, 8, 100, 200, 400, 6_000]);
});

test("labels count back from the last bar", () => {
  const days = Array.from({ length: 10 }, (_, index) => ({
    startAt: Date.UTC(2026, 5, 1 + index),
    counted: 0,
    brought: 0,
  }));
  const { ticks, format } = viewsFrame(days, "day").x;
  expect(ticks.map(format)).toEqual(["3 Jun", "10 Jun"]);
});
