import { ConvexError } from "convex/values";
import { expect, test } from "vitest";
import {
  invalidRateLimit,
  isRateLimitError,
  isRateLimiterError,
  limitNotDefined,
  rateLimited,
} from "./errors.js";

test("a refusal carries the official fields beside the code", () => {
  expect(rateLimited("send", 250).data).toMatchObject({
    code: "RATE_LIMITED",
    kind: "RateLimited",
    name: "send",
    retryAfter: 250,
  });
});

test("the guards tell the codes apart", () => {
  const errors = [rateLimited("a", 1), invalidRateLimit("a", "rate", "m"), limitNotDefined("a")];
  expect(errors.map((error) => isRateLimiterError(error))).toEqual([true, true, true]);
  expect(errors.map((error) => isRateLimitError(error))).toEqual([true, false, false]);
  expect(errors.map((error) => isRateLimiterError(error, "LIMIT_NOT_DEFINED"))).toEqual([
    false,
    false,
    true,
  ]);
});

test.each([null, "x", 5, true, ["RateLimited"], { component: "rateLimiter" }])(
  "a foreign error with data %j is not ours and breaks nothing",
  (data) => {
    expect(isRateLimitError(new ConvexError(data))).toBe(false);
    expect(isRateLimiterError(new ConvexError(data))).toBe(false);
  },
);

test("an error made by another copy of convex is recognized", () => {
  const { data } = rateLimited("send", 1);
  const other = Object.assign(new Error(), { [Symbol.for("ConvexError")]: true, data });
  expect(isRateLimitError(other)).toBe(true);
  expect(isRateLimiterError(other, "RATE_LIMITED")).toBe(true);
});

test("a refusal of the official package is recognized by its kind", () => {
  const error = new ConvexError({ kind: "RateLimited", name: "send", retryAfter: 1 });
  expect(isRateLimitError(error)).toBe(true);
  expect(isRateLimiterError(error)).toBe(false);
});

test.each([undefined, null, "x", new Error("x"), rateLimited("x", 1).data])(
  "%s is not our error",
  (value) => {
    expect(isRateLimitError(value)).toBe(false);
  },
);
