import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { chooseShard, mayChange, rangesOf } from "./bounds.js";

const bounds = fc
  .record({
    a: fc.integer({ min: -100, max: 100 }),
    b: fc.integer({ min: -100, max: 100 }),
    shards: fc.integer({ min: 1, max: 12 }),
  })
  .map(({ a, b, shards }) => ({ min: Math.min(a, b), max: Math.max(a, b), shards }));

test.prop([bounds])("the shares of the bounds are the bounds", ({ min, max, shards }) => {
  const ranges = rangesOf({ min, max, shards });
  expect(ranges.reduce((sum, range) => sum + range.min, 0)).toBe(min);
  expect(ranges.reduce((sum, range) => sum + range.max, 0)).toBe(max);
  expect(ranges.every((range) => range.min <= range.max)).toBe(true);
});

test("a value stays inside, and comes back from outside", () => {
  const range = { min: 0, max: 10 };
  expect([-1, 0, 10, 11].map((count) => mayChange(0, count, range))).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect([-1, 1, -12, -13].map((count) => mayChange(12, count, range))).toEqual([
    true,
    false,
    true,
    false,
  ]);
  expect([-1, 1, 12, 13].map((count) => mayChange(-2, count, range))).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test.prop([bounds, fc.integer({ min: -30, max: 30 }), fc.double({ min: 0, max: 1, noNaN: true })])(
  "a shard that is chosen may change by what is asked for, and one is if any may",
  (bounds, count, random) => {
    const ranges = rangesOf(bounds);
    const values = ranges.map(({ min, max }, shard) => (shard % 2 === 0 ? min : max));
    const may = (shard: number) => {
      const range = ranges[shard];
      return range !== undefined && mayChange(values[shard] ?? 0, count, range);
    };
    const chosen = chooseShard(values, { bounds, count, random });
    expect(chosen === undefined).toBe(!values.some((_, shard) => may(shard)));
    if (chosen !== undefined) expect(may(chosen)).toBe(true);
  },
);

test("the shard with the most to give is the likeliest", () => {
  const bounds = { min: 0, max: 100, shards: 2 };
  const chosen = Array.from({ length: 10 }, (_, draw) =>
    chooseShard([10, 40], { bounds, count: -1, random: (draw + 0.5) / 10 }),
  );
  expect(chosen.filter((shard) => shard === 1)).toHaveLength(8);
});

test("no bound is no leave to go where whole numbers are not exact", () => {
  const range = { min: -Infinity, max: Infinity };
  const most = Number.MAX_SAFE_INTEGER;
  expect(mayChange(most - 1, 1, range)).toBe(true);
  expect(mayChange(most, 1, range)).toBe(false);
  expect(mayChange(-most, -1, range)).toBe(false);
});
