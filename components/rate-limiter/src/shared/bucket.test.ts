import { describe, expect, test } from "vitest";
import { calculateRateLimit, decide, type BucketState } from "./bucket.js";
import { resolveConfig } from "./config.js";
import type { RateLimitConfig } from "./validators.js";

const T0 = 1_700_000_000_000;
const HOUR = 3_600_000;

/** A limit driven by hand: what `limit` does, without a database. */
function limitOf(config: RateLimitConfig) {
  const resolved = resolveConfig("test", undefined, config);
  let state: BucketState | null = null;
  return {
    at(now: number, count = 1, reserve = false) {
      const { status, next } = decide(state, resolved, { count, reserve, now });
      if (next) state = next;
      return status;
    },
    state: () => state,
    store(stored: BucketState) {
      state = stored;
    },
  };
}

describe("a token bucket", () => {
  test("refuses the fourth of three and is exact about when to retry", () => {
    const limit = limitOf({ kind: "token bucket", rate: 3, period: 1000 });
    for (let call = 0; call < 3; call++) expect(limit.at(T0)).toEqual({ ok: true });
    expect(limit.at(T0)).toEqual({ ok: false, retryAfter: 334 });
    expect(limit.at(T0 + 333)).toEqual({ ok: false, retryAfter: 1 });
    expect(limit.at(T0 + 334)).toEqual({ ok: true });
  });

  test("holds no more than its capacity and refills at its rate", () => {
    const limit = limitOf({ kind: "token bucket", rate: 10, period: 60_000, capacity: 3 });
    for (let call = 0; call < 3; call++) expect(limit.at(T0)).toEqual({ ok: true });
    expect(limit.at(T0)).toEqual({ ok: false, retryAfter: 6000 });
    expect(limit.at(T0 + 5999)).toEqual({ ok: false, retryAfter: 1 });
    expect(limit.at(T0 + 6000)).toEqual({ ok: true });
  });

  test.each([93_000, 161, 187])(
    "admits at the promised instant with a period of %d ms",
    (period) => {
      const limit = limitOf({ kind: "token bucket", rate: 1, period });
      expect(limit.at(T0)).toEqual({ ok: true });
      expect(limit.at(T0)).toEqual({ ok: false, retryAfter: period });
      expect(limit.at(T0 + period)).toEqual({ ok: true });
    },
  );

  test("lends up to maxReserved and says when the work may start", () => {
    const limit = limitOf({ kind: "token bucket", rate: 1, period: HOUR, maxReserved: 1 });
    expect(limit.at(T0, 2, true)).toEqual({ ok: true, retryAfter: HOUR });
    expect(limit.at(T0, 1, true)).toEqual({ ok: false, retryAfter: HOUR });
    expect(limit.at(T0 + HOUR, 1, true)).toEqual({ ok: true, retryAfter: HOUR });
  });

  test("lends nothing when maxReserved is 0", () => {
    const limit = limitOf({ kind: "token bucket", rate: 1, period: HOUR, maxReserved: 0 });
    expect(limit.at(T0, 1, true)).toEqual({ ok: true });
    expect(limit.at(T0, 1, true)).toEqual({ ok: false, retryAfter: HOUR });
  });
});

describe("a fixed window", () => {
  test("admits at once although its start lies in the future", () => {
    const start = T0 + 2 * HOUR;
    const limit = limitOf({ kind: "fixed window", rate: 5, period: HOUR, start });
    for (let call = 0; call < 5; call++) expect(limit.at(T0)).toEqual({ ok: true });
    expect(limit.at(T0)).toEqual({ ok: false, retryAfter: HOUR });
    expect(limit.at(T0 + HOUR - 1)).toEqual({ ok: false, retryAfter: 1 });
    expect(limit.at(T0 + HOUR)).toEqual({ ok: true });
  });

  test("rolls unused tokens over up to its capacity", () => {
    const minute = 60_000;
    const start = Math.floor(T0 / minute) * minute;
    const limit = limitOf({ kind: "fixed window", rate: 10, period: minute, start, capacity: 25 });
    const calls = (now: number) => {
      let granted = 0;
      while (limit.at(now).ok) granted++;
      return granted;
    };
    expect(calls(start + 10 * minute)).toBe(25);
    expect(calls(start + 11 * minute - 1)).toBe(0);
    expect(calls(start + 11 * minute)).toBe(10);
  });

  test.each([210_711_466.910_180_7, 1.1, 1e5 / 3])(
    "reads its own window back although its period is %d ms",
    (period) => {
      const limit = limitOf({ kind: "fixed window", rate: 1, period, start: 1e300 });
      for (let now = T0; now < T0 + 50 * period; now = Math.ceil(now + period)) {
        expect(limit.at(now)).toEqual({ ok: true });
        expect(limit.at(now).ok).toBe(false);
      }
    },
  );

  test("starts at an instant of its own for each key, the same at every call", () => {
    const starts = ["ada", "bob", "eve"].map(
      (key) => resolveConfig("test", key, { kind: "fixed window", rate: 1, period: HOUR }).start,
    );
    expect(new Set(starts).size).toBe(3);
    expect(
      resolveConfig("test", "ada", { kind: "fixed window", rate: 1, period: HOUR }).start,
    ).toBe(starts[0]);
  });
});

describe.each(["token bucket", "fixed window"] as const)("a %s", (kind) => {
  const config: RateLimitConfig = { kind, rate: 5, period: HOUR };

  test("is written by nothing but granted requests", () => {
    const resolved = resolveConfig("test", undefined, config);
    const state = { value: 0, ts: T0, cap: 5 };
    expect(decide(state, resolved, { count: 1, reserve: false, now: T0 }).next).toBeNull();
    expect(decide(state, resolved, { count: 0, reserve: false, now: T0 }).next).toBeNull();
  });

  test("neither mints nor refuses because the clock stepped back two hours", () => {
    const limit = limitOf(config);
    expect(limit.at(T0)).toEqual({ ok: true });
    for (let call = 0; call < 4; call++) expect(limit.at(T0 - 2 * HOUR)).toEqual({ ok: true });
    expect(limit.at(T0 - 2 * HOUR)).toMatchObject({ ok: false });
  });

  test("recovers from a clock that ran ahead while it was exhausted", () => {
    const limit = limitOf(config);
    for (let call = 0; call < 5; call++) limit.at(T0 + 3 * HOUR);
    const refusal = limit.at(T0);
    expect(refusal.ok).toBe(false);
    expect(refusal.retryAfter).toBeLessThanOrEqual(HOUR);
    expect(limit.at(T0 + (refusal.retryAfter ?? 0))).toEqual({ ok: true });
  });

  test("gives room at once when its capacity is raised and takes it when lowered", () => {
    const limit = limitOf({ ...config, capacity: 10 });
    limit.store({ value: 0, ts: T0, cap: 5 });
    for (let call = 0; call < 5; call++) expect(limit.at(T0)).toEqual({ ok: true });
    expect(limit.at(T0).ok).toBe(false);
    const lowered = limitOf({ ...config, capacity: 2 });
    lowered.store({ value: 3, ts: T0, cap: 5 });
    expect(lowered.at(T0).ok).toBe(false);
  });

  test("reads a row of the official package, which has no capacity of its own", () => {
    const limit = limitOf(config);
    limit.store({ value: 2, ts: T0 });
    expect(limit.at(T0)).toEqual({ ok: true });
    expect(limit.at(T0)).toEqual({ ok: true });
    expect(limit.at(T0).ok).toBe(false);
  });
});

test("a state continued by hand says what the server would", () => {
  const config: RateLimitConfig = { kind: "token bucket", rate: 100, period: 1000 };
  const left = calculateRateLimit({ value: 50, ts: T0, cap: 100 }, config, { now: T0, count: 20 });
  expect(left).toEqual({ value: 30, ts: T0, retryAfter: undefined, windowStart: undefined });
  const short = calculateRateLimit({ value: 50, ts: T0 }, config, { now: T0 + 100, count: 70 });
  expect(short).toMatchObject({ value: -10, retryAfter: 100 });
});
