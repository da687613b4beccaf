import { describe, expect, test } from "vitest";
import { resolveConfig } from "./config.js";
import { isRateLimiterError } from "./errors.js";
import type { RateLimitConfig } from "./kinds.js";
import { validateConfig, validateCount } from "./validation.js";

const VALID = { kind: "token bucket", rate: 3, period: 1000 } satisfies RateLimitConfig;

function thrownBy(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

function invalidField(run: () => void): string | undefined {
  const error = thrownBy(run);
  return isRateLimiterError(error, "INVALID_RATE_LIMIT") ? error.data.field : undefined;
}

const TEN_YEARS_MS = 10 * 365.25 * 24 * 3_600_000;

describe("an invalid config is refused by the field at fault:", () => {
  test.each<[string, unknown]>([
    ["kind", "leaky bucket"],
    ["rate", 0],
    ["rate", -5],
    ["rate", NaN],
    ["rate", Infinity],
    ["rate", "3"],
    ["period", 0],
    ["period", -1000],
    ["period", NaN],
    ["period", TEN_YEARS_MS + 1],
    ["capacity", -1],
    ["capacity", NaN],
    ["capacity", Infinity],
    ["maxReserved", -1],
    ["maxReserved", NaN],
    ["period", 1e-300],
    ["start", Infinity],
    ["start", NaN],
    ["shards", 0],
    ["shards", -1],
    ["shards", 2.5],
    ["shards", 257],
    ["shards", NaN],
    ["applyUpdates", "eventually"],
    ["burst", 2],
  ])("%s %j", (field, value) => {
    const config = { ...VALID, [field]: value } as RateLimitConfig;
    expect(invalidField(() => validateConfig("test", config))).toBe(field);
  });
});

test("a capacity that takes longer to fill than there are milliseconds is refused", () => {
  expect(invalidField(() => validateConfig("test", { ...VALID, capacity: 2 ** 53 }))).toBe("rate");
});

test("an option that is undefined is one that was left out", () => {
  const config = { ...VALID, burst: undefined };
  expect(thrownBy(() => validateConfig("test", config))).toBeUndefined();
});

test("the widest values allowed are allowed", () => {
  for (const config of [
    { ...VALID, rate: Number.MIN_VALUE },
    { ...VALID, period: TEN_YEARS_MS },
    { ...VALID, capacity: 0, maxReserved: Infinity },
    { ...VALID, kind: "fixed window", start: -5 } as const,
  ])
    expect(thrownBy(() => validateConfig("test", config))).toBeUndefined();
});

test.each([NaN, Infinity, -Infinity, -1, 2 ** 53])("count %d is refused", (count) => {
  expect(invalidField(() => validateCount("test", count))).toBe("count");
});

test("a key may be as long as 1 KiB of UTF-8", () => {
  expect(invalidField(() => resolveConfig("test", "é".repeat(512), VALID))).toBeUndefined();
  expect(invalidField(() => resolveConfig("test", "é".repeat(513), VALID))).toBe("key");
});
