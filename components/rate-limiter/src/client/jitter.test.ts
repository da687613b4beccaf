import { fc, test } from "@fast-check/vitest";
import { describe, expect, vi } from "vitest";
import { withJitter } from "./jitter.js";

/** The largest number that Math.random returns. */
const ALMOST_ONE = 1 - 2 ** -53;

test.each([
  { random: 0, expected: 1000 },
  { random: 0.5, expected: 1050 },
  { random: ALMOST_ONE, expected: 1100 },
])("a draw of $random makes of 1000 ms $expected ms", ({ random, expected }) => {
  vi.spyOn(Math, "random").mockReturnValue(random);
  expect(withJitter(1000)).toBe(expected);
});

test.each([
  { options: { ratio: 0 }, expected: 1000 },
  { options: { ratio: 2 }, expected: 3000 },
  { options: { maxMs: 0 }, expected: 1000 },
  { options: { maxMs: 7.5 }, expected: 1007 },
  { options: { ratio: 1, maxMs: 200 }, expected: 1200 },
  { options: { maxMs: Infinity }, expected: 1100 },
])("the most that $options makes of 1000 ms is $expected ms", ({ options, expected }) => {
  vi.spyOn(Math, "random").mockReturnValue(ALMOST_ONE);
  expect(withJitter(1000, options)).toBe(expected);
});

describe("whatever is drawn", () => {
  test.prop([
    fc.double({ min: 0, max: Number.MAX_SAFE_INTEGER, noNaN: true }),
    fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
    fc.double({ min: 0, noNaN: true }),
  ])("the wait is whole, not shorter, and longer by no more than asked", (ms, ratio, maxMs) => {
    const result = withJitter(ms, { ratio, maxMs });
    expect(Number.isSafeInteger(result)).toBe(true);
    expect(result).toBeGreaterThanOrEqual(ms);
    expect(result - Math.ceil(ms)).toBeLessThanOrEqual(Math.min(ratio * ms, maxMs));
  });
});

test.each([
  ["ms", -1, {}],
  ["ms", NaN, {}],
  ["ms", Infinity, {}],
  ["ratio", 1, { ratio: -0.1 }],
  ["ratio", 1, { ratio: NaN }],
  ["ratio", 1, { ratio: Infinity }],
  ["maxMs", 1, { maxMs: -1 }],
  ["maxMs", 1, { maxMs: NaN }],
])("an impossible %s is refused by name: %d ms, %o", (field, ms, options) => {
  const data = { component: "rateLimiter", code: "INVALID_RATE_LIMIT", name: "withJitter", field };
  expect(() => withJitter(ms, options)).toThrow(
    expect.objectContaining({ data: expect.objectContaining(data) }),
  );
});
