import { convexTest } from "convex-test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { modules } from "../test.js";
import { api, internal } from "./_generated/api.js";
import schema from "./schema.js";

const T0 = new Date("2026-01-01T00:00:00Z").getTime();
const HOUR = 3_600_000;
const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ["Date"] });
  // No checkpoint or sweep by chance: tests that want one ask for it.
  vi.spyOn(Math, "random").mockReturnValue(0.999);
});

afterEach(() => {
  vi.useRealTimers();
});

const setup = () => convexTest(schema, modules);
type Test = ReturnType<typeof setup>;

const config = {
  kind: "token bucket",
  rate: 3,
  period: HOUR,
  applyUpdates: "asynchronously",
} as const;
const args = { name: "a", key: "ada", config };

const limit = (t: Test, more = {}) => t.mutation(api.limits.rateLimit, { ...args, ...more });
const count = (t: Test, table: "events" | "checkpoints" | "rateLimits") =>
  t.run(async (ctx) => (await ctx.db.query(table).take(5000)).length);

/** A granted request that also makes a checkpoint. */
async function limitWithCheckpoint(t: Test) {
  vi.mocked(Math.random).mockReturnValueOnce(0);
  return limit(t);
}

describe("a concurrent limit", () => {
  test("grants what it holds, then refuses and writes nothing", async () => {
    const t = setup();
    for (let call = 0; call < 3; call++) expect(await limit(t)).toEqual({ ok: true });
    expect(await limit(t)).toEqual({ ok: false, retryAfter: HOUR / 3 });
    expect(await count(t, "events")).toBe(3);
    expect(await count(t, "rateLimits")).toBe(0);
    vi.setSystemTime(T0 + HOUR / 3);
    expect(await limit(t)).toEqual({ ok: true });
  });

  test("sees what its own transaction consumed, and appends one row for it", async () => {
    const t = setup();
    const granted = await t.run(async (ctx) => {
      let granted = 0;
      for (let call = 0; call < 500; call++)
        if ((await ctx.runMutation(api.limits.rateLimit, args)).ok) granted++;
      return granted;
    });
    expect(granted).toBe(3);
    expect(await count(t, "events")).toBe(1);
  });

  test("starts anew after a reset, in the same transaction too", async () => {
    const t = setup();
    await t.run(async (ctx) => {
      await ctx.runMutation(api.limits.rateLimit, { ...args, count: 3 });
      await ctx.runMutation(api.limits.resetRateLimit, args);
      expect(await ctx.runMutation(api.limits.rateLimit, { ...args, count: 3 })).toEqual({
        ok: true,
      });
      expect(await ctx.runMutation(api.limits.rateLimit, args)).toMatchObject({ ok: false });
    });
    expect(await limit(t)).toMatchObject({ ok: false });
  });

  test("lends up to maxReserved", async () => {
    const t = setup();
    const reserve = { reserve: true, config: { ...config, maxReserved: 1 } };
    expect(await limit(t, { ...reserve, count: 4 })).toEqual({ ok: true, retryAfter: HOUR / 3 });
    expect(await limit(t, reserve)).toEqual({ ok: false, retryAfter: HOUR / 3 });
  });

  test("is checked alike by queries and mutations", async () => {
    const t = setup();
    await limit(t, { count: 2 });
    for (const count of [1, 2]) {
      const checked = await t.query(api.limits.checkRateLimit, { ...args, count });
      expect(checked.ok).toBe(count === 1);
      expect(await t.mutation(api.limits.checkRateLimitInMutation, { ...args, count })).toEqual(
        checked,
      );
    }
    expect(await t.query(api.limits.getValue, args)).toMatchObject({ value: 1, ts: T0, shard: 0 });
  });

  test("answers the same whatever checkpoints were made", async () => {
    const t = setup();
    const value = () => t.query(api.limits.getValue, args);
    await limit(t, { count: 2 });
    vi.setSystemTime(T0 + 10 * MINUTE);
    await limitWithCheckpoint(t);
    await limitWithCheckpoint(t);
    expect(await count(t, "checkpoints")).toBe(1);
    const before = await value();
    await t.run((ctx) =>
      ctx.db
        .query("checkpoints")
        .take(9)
        .then(async (rows) => {
          for (const { _id } of rows) await ctx.db.delete("checkpoints", _id);
        }),
    );
    expect(await value()).toEqual(before);
  });

  test("is not offered with shards", async () => {
    const bad = limit(setup(), { config: { ...config, shards: 4 } });
    await expect(bad).rejects.toMatchObject({ data: { field: "shards" } });
  });
});

describe("a sweep", () => {
  test("deletes what settled checkpoints hold, and changes no answer", async () => {
    const t = setup();
    const wide = { config: { ...config, rate: 1000 } };
    for (let call = 0; call < 40; call++) {
      vi.setSystemTime(Date.now() + 1000);
      await (call % 10 === 9 ? limitWithCheckpoint(t) : limit(t, wide));
    }
    const value = () => t.query(api.limits.getValue, { ...args, ...wide });
    const before = await value();
    vi.setSystemTime(Date.now() + 2 * MINUTE);
    await limit(t, { ...wide, count: 0 });
    await t.mutation(internal.sweeps.background);
    expect(await value()).toEqual(before);
    expect(await count(t, "checkpoints")).toBe(1);
    expect(await count(t, "events")).toBeLessThan(12);
  });

  test("makes a checkpoint where chance made none", async () => {
    const t = setup();
    await limit(t, { count: 2 });
    await t.mutation(internal.sweeps.background);
    expect(await count(t, "events")).toBe(1);
    vi.setSystemTime(T0 + 2 * MINUTE);
    await t.mutation(internal.sweeps.background);
    expect(await count(t, "events")).toBe(0);
    expect(await limit(t, { count: 2 })).toMatchObject({ ok: false });
  });
});
