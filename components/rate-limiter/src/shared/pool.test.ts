import { describe, expect, test } from "vitest";
import { toState } from "./bucket.js";
import { calculateRateLimit } from "./calculate.js";
import { mostReserved, resolveConfig } from "./config.js";
import type { FixedWindowConfig, TokenBucketConfig, TokenConfig } from "./kinds.js";
import { decide, poolAt, shareOf, type ShardState } from "./pool.js";

const T0 = 1_700_000_000_000;
const HOUR = 3_600_000;

function startOf(name: string, key: string): unknown {
  const config = resolveConfig(name, key, { kind: "fixed window", rate: 1, period: HOUR });
  return "start" in config && config.start;
}

/** A limit driven by hand: what `limit` does, without a database. */
function limitOf(config: TokenConfig) {
  const resolved = resolveConfig("test", undefined, config);
  let states: ShardState[] = [];
  return {
    at(now: number, count = 1, reserve = false) {
      const request = { count, allowance: reserve ? mostReserved(resolved) : 0, now };
      const choice = { preferred: 0, random: 0 };
      const { status, next } = decide(poolAt(states, resolved, now), resolved, { request, choice });
      states =
        next?.map((usage, shard) => ({
          ...toState(usage, shareOf(resolved)),
          shard,
          layout: resolved.shards,
        })) ?? states;
      return status;
    },
    states: () => states,
    store(stored: Omit<ShardState, "shard">) {
      states = [{ ...stored, shard: 0 }];
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
    const starts = ["ada", "bob", "eve"].map((key) => startOf("test", key));
    expect(new Set(starts).size).toBe(3);
    expect(startOf("test", "ada")).toBe(starts[0]);
  });
});

describe.each(["token bucket", "fixed window"] as const)("a %s", (kind) => {
  const config: TokenBucketConfig | FixedWindowConfig = { kind, rate: 5, period: HOUR };

  test("is written by nothing but granted requests", () => {
    const limit = limitOf(config);
    limit.at(T0, 5);
    const before = limit.states();
    limit.at(T0, 1);
    limit.at(T0, 0);
    expect(limit.states()).toBe(before);
  });

  test("neither mints nor refuses because the clock stepped back two hours", () => {
    const limit = limitOf(config);
    expect(limit.at(T0)).toEqual({ ok: true });
    for (let call = 0; call < 4; call++) expect(limit.at(T0 - 2 * HOUR)).toEqual({ ok: true });
    expect(limit.at(T0 - 2 * HOUR)).toMatchObject({ ok: false });
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

test("a clock that is a little ahead neither mints nor counts twice", () => {
  const limit = limitOf({ kind: "token bucket", rate: 1, period: 1000 });
  expect(limit.at(T0 + 3000)).toEqual({ ok: true });
  expect(limit.at(T0)).toEqual({ ok: false, retryAfter: 4000 });
  expect(limit.at(T0 + 1, 0)).toEqual({ ok: true });
  expect(limit.states()[0]?.ts).toBe(T0 + 3000);
  expect(limit.at(T0 + 4000)).toEqual({ ok: true });
});

test("rounding is forgiven where the capacity is small, too", () => {
  const limit = limitOf({ kind: "token bucket", rate: 0.3, period: 1000 });
  for (let call = 0; call < 3; call++) expect(limit.at(T0, 0.1)).toEqual({ ok: true });
  expect(limit.at(T0, 0.1)).toMatchObject({ ok: false });
});

test("windows start at an instant derived from the name as well as the key", () => {
  expect(startOf("a", "ada")).not.toBe(startOf("b", "ada"));
  expect(startOf("a", "ada")).not.toBe(startOf("a", "bob"));
});

test.each([{ value: NaN }, { ts: NaN }, { value: -Infinity }])(
  "a row that the official package spoilt counts as never used: %j",
  (spoilt) => {
    const limit = limitOf({ kind: "token bucket", rate: 1, period: HOUR });
    limit.store({ value: 0, ts: T0, ...spoilt });
    expect(limit.at(T0)).toEqual({ ok: true });
    expect(limit.at(T0)).toEqual({ ok: false, retryAfter: HOUR });
  },
);

describe.each([2, 3, 10, 16, 50])("with %d shards", (shards) => {
  const config: TokenBucketConfig = { kind: "token bucket", rate: 100, period: HOUR, shards };

  test("the last token is granted although no shard has a whole one", () => {
    const limit = limitOf(config);
    for (let call = 0; call < 100; call++) expect(limit.at(T0)).toEqual({ ok: true });
    expect(limit.at(T0)).toMatchObject({ ok: false });
  });

  test("a request larger than a shard is granted from several", () => {
    const limit = limitOf(config);
    for (let call = 0; call < 6; call++) expect(limit.at(T0, 15)).toEqual({ ok: true });
    expect(limit.at(T0, 15)).toMatchObject({ ok: false });
    expect(limit.at(T0, 10)).toEqual({ ok: true });
  });

  test("a debt is spread, so that no shard goes on granting", () => {
    const limit = limitOf(config);
    expect(limit.at(T0, 300, true)).toEqual({ ok: true, retryAfter: 2 * HOUR });
    expect(limit.at(T0 + 2 * HOUR - 1)).toMatchObject({ ok: false });
    expect(new Set(limit.states().map(({ value }) => value)).size).toBe(1);
  });
});

describe("changing the number of shards mints nothing:", () => {
  test.each([
    [1, 10],
    [10, 20],
    [10, 1],
    [3, 7],
  ])("%d to %d", (from, to) => {
    const config: TokenBucketConfig = { kind: "token bucket", rate: 100, period: HOUR };
    const old = limitOf({ ...config, shards: from });
    for (let call = 0; call < 100; call++) expect(old.at(T0).ok).toBe(true);
    const resolved = resolveConfig("test", undefined, { ...config, shards: to });
    const granted = (now: number) => {
      const pool = poolAt(old.states(), resolved, now);
      const request = { count: 1, allowance: 0, now };
      return decide(pool, resolved, { request, choice: { preferred: 0, random: 0 } }).status;
    };
    expect(granted(T0)).toEqual({ ok: false, retryAfter: HOUR / 100 });
    expect(granted(T0 + HOUR / 100)).toEqual({ ok: true });
  });
});

test("a refusal waits for the shards that refill, since drained ones add nothing", () => {
  const config: TokenBucketConfig = {
    kind: "token bucket",
    rate: 100,
    period: 100_000,
    shards: 10,
  };
  const resolved = resolveConfig("test", undefined, config);
  const pool = poolAt([{ shard: 0, layout: 10, value: 0, cap: 10, ts: T0 }], resolved, T0);
  const request = { count: 95, allowance: 0, now: T0 };
  const { status } = decide(pool, resolved, { request, choice: { preferred: 0, random: 0 } });
  expect(status).toEqual({ ok: false, retryAfter: 50_000 });
});

test("a state continued by hand says what the server would", () => {
  const config: TokenBucketConfig = { kind: "token bucket", rate: 100, period: 1000 };
  const left = calculateRateLimit({ value: 50, ts: T0, cap: 100 }, config, { now: T0, count: 20 });
  expect(left).toEqual({ value: 30, ts: T0, retryAfter: undefined, windowStart: undefined });
  const short = calculateRateLimit({ value: 50, ts: T0 }, config, { now: T0 + 100, count: 70 });
  expect(short).toMatchObject({ value: -10, retryAfter: 100 });
});
