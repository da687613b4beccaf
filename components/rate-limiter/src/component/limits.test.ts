import { convexTest } from "convex-test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { calculateRateLimit } from "../shared/calculate.js";
import { modules } from "../test.js";
import { api } from "./_generated/api.js";
import schema from "./schema.js";

const T0 = new Date("2026-01-01T00:00:00Z").getTime();
const HOUR = 3_600_000;
const config = { kind: "token bucket", rate: 3, period: HOUR } as const;

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

const setup = () => convexTest(schema, modules);

function rows(t: ReturnType<typeof setup>) {
  return t.run((ctx) => ctx.db.query("rateLimits").take(100));
}

test("a limit grants what it holds, then refuses and writes nothing", async () => {
  const t = setup();
  const limit = () => t.mutation(api.limits.rateLimit, { name: "a", config });
  for (let call = 0; call < 3; call++) expect(await limit()).toEqual({ ok: true });
  const before = await rows(t);
  expect(await limit()).toEqual({ ok: false, retryAfter: HOUR / 3 });
  expect(await rows(t)).toEqual(before);
});

test("a check answers as the limit would and consumes nothing", async () => {
  const t = setup();
  const args = { name: "a", config, count: 2 };
  expect(await t.query(api.limits.checkRateLimit, args)).toEqual({ ok: true });
  expect(await rows(t)).toEqual([]);
  await t.mutation(api.limits.rateLimit, args);
  const checked = await t.query(api.limits.checkRateLimit, args);
  expect(checked).toEqual({ ok: false, retryAfter: HOUR / 3 });
  expect(await t.mutation(api.limits.rateLimit, args)).toEqual(checked);
});

test("names and keys are limited apart, and no key is not an empty key", async () => {
  const t = setup();
  const limit = (name: string, key?: string) =>
    t.mutation(api.limits.rateLimit, { name, key, config, count: 3 });
  for (const [name, key] of [["a"], ["b"], ["a", ""], ["a", "ada"], ["a", "bob"]] as const)
    expect(await limit(name, key)).toEqual({ ok: true });
  expect(await limit("a", "ada")).toMatchObject({ ok: false });
  expect(await rows(t)).toHaveLength(5);
});

test("a reset limit starts full, and its neighbours keep what they used", async () => {
  const t = setup();
  const limit = (key: string) =>
    t.mutation(api.limits.rateLimit, { name: "a", key, config, count: 3 });
  await limit("ada");
  await limit("bob");
  await t.mutation(api.limits.resetRateLimit, { name: "a", key: "ada" });
  expect(await limit("ada")).toEqual({ ok: true });
  expect(await limit("bob")).toMatchObject({ ok: false });
});

test("the reset of an unused limit does nothing", async () => {
  const t = setup();
  expect(await t.mutation(api.limits.resetRateLimit, { name: "a" })).toBeNull();
});

test("a refusal that throws says who, why and when", async () => {
  const t = setup();
  const limit = () =>
    t.mutation(api.limits.rateLimit, { name: "a", config, count: 3, throws: true });
  expect(await limit()).toEqual({ ok: true });
  await expect(limit()).rejects.toMatchObject({
    data: { code: "RATE_LIMITED", kind: "RateLimited", name: "a", retryAfter: HOUR },
  });
});

test("a reservation that fits is granted although throws is set", async () => {
  const t = setup();
  const limit = () =>
    t.mutation(api.limits.rateLimit, { name: "a", config, count: 2, reserve: true, throws: true });
  expect(await limit()).toEqual({ ok: true });
  expect(await limit()).toEqual({ ok: true, retryAfter: HOUR / 3 });
});

test("the caller's failure gives the tokens back", async () => {
  const t = setup();
  const failing = t.run(async (ctx) => {
    await ctx.runMutation(api.limits.rateLimit, { name: "a", config, count: 3 });
    throw new Error("the caller changed its mind");
  });
  await expect(failing).rejects.toThrow("changed its mind");
  expect(await t.mutation(api.limits.rateLimit, { name: "a", config, count: 3 })).toEqual({
    ok: true,
  });
});

test.each([
  { count: NaN, field: "count" },
  { count: -100, field: "count" },
  { count: 4, field: "count" },
  { config: { ...config, period: 0 }, field: "period" },
  { config: { ...config, rate: NaN }, field: "rate" },
  { key: "k".repeat(1025), field: "key" },
])("bad input $field is refused and nothing is written: %j", async ({ field, ...bad }) => {
  const t = setup();
  const args = { name: "a", config, ...bad };
  const expected = { data: { code: "INVALID_RATE_LIMIT", field } };
  await expect(t.mutation(api.limits.rateLimit, args)).rejects.toMatchObject(expected);
  await expect(t.query(api.limits.checkRateLimit, args)).rejects.toMatchObject(expected);
  expect(await rows(t)).toEqual([]);
});

test("the value of an unused limit is its capacity, with every default filled in", async () => {
  const t = setup();
  const window = { kind: "fixed window", rate: 10, period: 1000 } as const;
  expect(await t.query(api.limits.getValue, { name: "a", config: window })).toEqual({
    value: 10,
    ts: 0,
    shard: 0,
    config: { ...window, capacity: 10, shards: 1, start: expect.any(Number) as number },
  });
});

test("the value after a change of capacity counts what was used, not what was left", async () => {
  const t = setup();
  await t.mutation(api.limits.rateLimit, { name: "a", config, count: 2 });
  const raised = { ...config, capacity: 10 };
  expect(await t.query(api.limits.getValue, { name: "a", config: raised })).toMatchObject({
    value: 8,
    ts: T0,
  });
});

test("a row written by the official package is read in place", async () => {
  const t = setup();
  await t.run((ctx) =>
    ctx.db.insert("rateLimits", { name: "a", key: "ada", shard: 0, value: 1, ts: T0 }),
  );
  const limit = () => t.mutation(api.limits.rateLimit, { name: "a", key: "ada", config });
  expect(await limit()).toEqual({ ok: true });
  expect(await limit()).toMatchObject({ ok: false });
  expect(await rows(t)).toHaveLength(1);
});

test.each([
  ["token bucket", 1],
  ["token bucket", 10],
  ["fixed window", 1],
  ["fixed window", 10],
] as const)(
  "a %s of %d shards recovers from a clock that ran ahead while it was exhausted",
  async (kind, shards) => {
    const t = setup();
    const limit = () =>
      t.mutation(api.limits.rateLimit, { name: "a", config: { ...config, kind, shards } });
    vi.setSystemTime(T0 + 3 * HOUR);
    for (let call = 0; call < 3; call++) expect(await limit()).toEqual({ ok: true });
    vi.setSystemTime(T0);
    const refusal = await limit();
    expect(refusal.ok).toBe(false);
    expect(refusal.retryAfter).toBeLessThanOrEqual(HOUR);
    vi.setSystemTime(T0 + (refusal.retryAfter ?? 0));
    expect(await limit()).toEqual({ ok: true });
  },
);

describe.each([2, 3, 10, 16, 50])("with %d shards", (shards) => {
  const sharded = { kind: "token bucket", rate: 100, period: HOUR, shards } as const;
  const args = { name: "a", config: sharded };

  test("everything up to the capacity is granted, and nothing beyond", async () => {
    const t = setup();
    const limit = () => t.mutation(api.limits.rateLimit, args);
    for (let call = 0; call < 100; call++) expect(await limit()).toEqual({ ok: true });
    expect(await limit()).toEqual({ ok: false, retryAfter: HOUR / 100 });
    vi.setSystemTime(T0 + HOUR / 100 - 1);
    expect(await limit()).toEqual({ ok: false, retryAfter: 1 });
    vi.setSystemTime(T0 + HOUR / 100);
    expect(await limit()).toEqual({ ok: true });
  });

  test("a check and the limit after it agree in one mutation", async () => {
    const t = setup();
    for (let call = 0; call < 40; call++) {
      const count = 1 + (call % 7);
      await t.run(async (ctx) => {
        const checked = await ctx.runQuery(api.limits.checkRateLimit, { ...args, count });
        expect(await ctx.runMutation(api.limits.rateLimit, { ...args, count })).toEqual(checked);
      });
    }
  });

  test("a loop in one mutation grants exactly the capacity", async () => {
    const t = setup();
    const granted = await t.run(async (ctx) => {
      let granted = 0;
      for (let call = 0; call < 130; call++)
        if ((await ctx.runMutation(api.limits.rateLimit, args)).ok) granted++;
      return granted;
    });
    expect(granted).toBe(100);
  });

  test("a reset in the same mutation counts at once", async () => {
    const t = setup();
    await t.mutation(api.limits.rateLimit, { ...args, count: 100 });
    await t.run(async (ctx) => {
      expect(await ctx.runMutation(api.limits.rateLimit, args)).toMatchObject({ ok: false });
      await ctx.runMutation(api.limits.resetRateLimit, { name: "a" });
      expect(await ctx.runMutation(api.limits.rateLimit, args)).toEqual({ ok: true });
    });
  });

  test("the value is what all shards have left together", async () => {
    const t = setup();
    for (let call = 0; call < 50; call++) await t.mutation(api.limits.rateLimit, args);
    const value = await t.query(api.limits.getValue, args);
    expect(value.value).toBeCloseTo(50, 9);
    expect(value.config).toMatchObject({ rate: 100, capacity: 100, shards });
    expect(calculateRateLimit(value, value.config, { now: T0, count: 20 }).value).toBeCloseTo(
      30,
      9,
    );
  });

  test("what was used stays used when the number of shards changes", async () => {
    const t = setup();
    const limit = (shards: number) =>
      t.mutation(api.limits.rateLimit, { name: "a", config: { ...sharded, shards } });
    for (let call = 0; call < 100; call++) await limit(shards);
    for (const other of [1, 10, 20, shards])
      expect(await limit(other)).toMatchObject({ ok: false });
    vi.setSystemTime(T0 + HOUR / 100);
    expect(await limit(1)).toEqual({ ok: true });
    for (const other of [10, shards]) expect(await limit(other)).toMatchObject({ ok: false });
    expect(await rows(t)).toHaveLength(1);
  });
});

test("the server's time is the server's time", async () => {
  expect(await setup().mutation(api.limits.getServerTime)).toBe(T0);
});
