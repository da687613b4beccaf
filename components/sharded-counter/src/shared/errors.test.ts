import { ConvexError } from "convex/values";
import { expect, test } from "vitest";
import { invalidCounter, isShardedCounterError, outOfBounds } from "./errors.js";

const invalid = invalidCounter("a", "count", { found: NaN, wanted: "a finite number" });
const outside = outOfBounds("a", { min: 0, max: 5 });

test("an error says what was asked, what was found, and what is allowed", () => {
  expect(invalid.data.message).toBe('Counter "a" has count NaN: it must be a finite number.');
  expect(outside.data).toMatchObject({ code: "OUT_OF_BOUNDS", name: "a", min: 0, max: 5 });
});

test("the guard tells the codes apart", () => {
  expect([invalid, outside].map((error) => isShardedCounterError(error))).toEqual([true, true]);
  expect([invalid, outside].map((error) => isShardedCounterError(error, "OUT_OF_BOUNDS"))).toEqual([
    false,
    true,
  ]);
});

test("a long name is cut short in the message", () => {
  expect(outOfBounds("x".repeat(500), { min: 0, max: 5 }).data.message.length).toBeLessThan(250);
});

test.each([null, "x", 5, true, { component: "rateLimiter", code: "INVALID_COUNTER" }])(
  "a foreign error with data %j is not ours and breaks nothing",
  (data) => {
    expect(isShardedCounterError(new ConvexError(data))).toBe(false);
  },
);

test("an error made by another copy of convex is recognized", () => {
  const { data } = invalid;
  const other = Object.assign(new Error(), { [Symbol.for("ConvexError")]: true, data });
  expect(isShardedCounterError(other, "INVALID_COUNTER")).toBe(true);
});

test.each([undefined, null, "x", new Error("x"), invalid.data])("%s is not our error", (value) => {
  expect(isShardedCounterError(value)).toBe(false);
});
