import { convexTest } from "convex-test";
import { componentsGeneric, defineSchema } from "convex/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ComponentApi } from "../component/_generated/component.js";
import { register } from "../test.js";
import {
  calculateRateLimit,
  HOUR,
  MINUTE,
  RateLimiter,
  SECOND,
  type FixedWindowConfig,
  type TokenBucketConfig,
} from "./index.js";

/*
 * What the official package 0.4.0 was seen to get wrong with several shards, by the numbers of the
 * specification: the same inputs, and what it answered in a comment.
 */

const { rateLimiter: component } = componentsGeneric() as unknown as { rateLimiter: ComponentApi };
const T0 = new Date("2026-01-01T00:00:00Z").getTime();

let random = randomFrom(1);

/** Histories of thousands of requests, on machines that may be busy. */
vi.setConfig({ testTimeout: 60_000 });

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ["Date"] });
  random = randomFrom(1);
  vi.spyOn(Math, "random").mockImplementation(() => random());
});

afterEach(() => {
  vi.useRealTimers();
});

function setup() {
  const t = convexTest(defineSchema({}), { "./_generated/api.js": () => Promise.resolve({}) });
  register(t);
  return t;
}

/** Requests of the limit "a", each in a mutation of its own. */
function mount(config: TokenBucketConfig | FixedWindowConfig, t = setup()) {
  const limiter = new RateLimiter(component, { a: config });
  const limit = (count = 1) => t.run((ctx) => limiter.limit(ctx, "a", { count }));
  return { t, limiter, limit };
}

const at = (milliseconds: number) => vi.setSystemTime(T0 + milliseconds);
const wait = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

async function granted(limit: () => Promise<{ ok: boolean }>, calls: number) {
  let granted = 0;
  for (let call = 0; call < calls; call++) if ((await limit()).ok) granted++;
  return granted;
}

/** Marsaglia's xorshift. */
function randomFrom(seed: number): () => number {
  let state = seed * 2654435761;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const PER_MINUTE = { kind: "token bucket", rate: 10, period: MINUTE } as const;
const PER_HOUR = { kind: "token bucket", rate: 100, period: HOUR } as const;

describe("a count of more than a shard's share", () => {
  /** Requests that are repeated at the promised instant, and whether the repetition is granted. */
  async function obedient({ limit }: ReturnType<typeof mount>, count: number) {
    let granted = 0;
    for (let request = 0; request < 250; request++) {
      const { ok, retryAfter = 0 } = await limit(count);
      wait(retryAfter);
      if (ok || (await limit(count)).ok) granted++;
    }
    return granted;
  }

  // Official: 0 of 1000 ok, waiting the promised 60 s each time.
  test.each([
    { rate: 10, count: 2 },
    { rate: 100, count: 15 },
  ])("D4: is granted now, or at the promised instant: %o", async ({ rate, count }) => {
    expect(await obedient(mount({ ...PER_MINUTE, rate, shards: 10 }), count)).toBe(250);
  });

  // Official: accepted, and 0 of 1000 ok.
  test("D4c: is granted by two shards together", async () => {
    expect(await obedient(mount({ ...PER_MINUTE, shards: 2 }), 6)).toBe(250);
  });
});

// Official: 90 more at the same instant, then 50 more.
test("D9: more shards mint nothing, and fewer leave no rows behind", async () => {
  const t = setup();
  const mounted = (shards: number) => mount({ ...PER_HOUR, shards }, t);
  expect(await granted(mounted(1).limit, 100)).toBe(100);
  expect(await granted(mounted(10).limit, 100)).toBe(0);
  expect(await granted(mounted(20).limit, 100)).toBe(0);
  at(HOUR);
  expect(await granted(mounted(10).limit, 110)).toBe(100);
  expect(await granted(mounted(20).limit, 100)).toBe(0);
  at(2 * HOUR);
  await mounted(2).limit();
  const { limiter } = mounted(2);
  at(4 * HOUR);
  expect(await t.run((ctx) => limiter.sweep(ctx))).toEqual({ deleted: 2, isDone: true });
});

// Official: 4 to 6 of 100 after using 50, and -14 where 30 are left.
test("D10: the value is what all shards have left, and continues by its config", async () => {
  const { t, limiter, limit } = mount({ ...PER_HOUR, shards: 10 });
  const value = () => t.run((ctx) => limiter.getValue(ctx, "a"));
  expect(await value()).toMatchObject({ value: 100 });
  await granted(limit, 50);
  const used = await value();
  expect(used).toMatchObject({ value: 50, config: { rate: 100, capacity: 100 } });
  const next = calculateRateLimit(used, used.config, Date.now(), 20);
  expect(next).toMatchObject({ value: 30, retryAfter: undefined });
  await expect(
    t.run((ctx) => limiter.getValue(ctx, "a", { sampleShards: -1 })),
  ).rejects.toMatchObject({ data: { code: "INVALID_RATE_LIMIT", field: "sampleShards" } });
});

// Official: between 0.78 and 0.98 of the capacity, and the first refusal after half of it.
test.each([
  { capacity: 10, shards: 10 },
  { capacity: 100, shards: 50 },
  { capacity: 50, shards: 16 },
  { capacity: 1000, shards: 100 },
  { capacity: 100, shards: 10 },
])("D11: all of the capacity is granted before the first refusal: %o", async (config) => {
  const { limit } = mount({ ...PER_HOUR, ...config });
  expect(await granted(limit, config.capacity)).toBe(config.capacity);
  expect(await limit()).toMatchObject({ ok: false });
});

// Official: refused again 49 times in 200.
test("D11b: a retry at the promised instant is granted, every time", async () => {
  const { limit } = mount({ ...PER_HOUR, shards: 10 });
  await granted(limit, 100);
  for (let retry = 0; retry < 200; retry++) {
    const { ok, retryAfter = 0 } = await limit();
    expect(ok).toBe(false);
    wait(retryAfter);
    expect(await limit(), `retry ${retry}`).toEqual({ ok: true });
  }
});

// Official: refused 21 times in 100.
test("D11c: what a check grants, the limit after it grants", async () => {
  const { t, limiter, limit } = mount({ ...PER_MINUTE, rate: 100, shards: 10 });
  await granted(limit, 90);
  for (let round = 0; round < 100; round++) {
    wait(600);
    await t.run(async (ctx) => {
      expect(await limiter.check(ctx, "a")).toEqual({ ok: true });
      expect(await limiter.limit(ctx, "a"), `round ${round}`).toEqual({ ok: true });
    });
  }
});

// Official: 390 in three minutes, 190 of them in one, because each shard has its own window.
test("D19: all shards refill at the same instant, and grant one window's tokens in it", async () => {
  const { limit } = mount({ kind: "fixed window", rate: 100, period: MINUTE, shards: 10 });
  const grants = new Map<number, number>();
  for (let second = 0; second < 180; second++) {
    at(second * SECOND);
    while ((await limit()).ok) grants.set(second, (grants.get(second) ?? 0) + 1);
  }
  const [first = NaN, ...windows] = grants.keys();
  expect([first, windows.length]).toEqual([0, 3]);
  expect([...grants.values()]).toEqual([100, 100, 100, 100]);
  const [start = NaN] = windows;
  expect(windows).toEqual([start, start + 60, start + 120]);
});
