import { convexTest } from "convex-test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { modules } from "../test.js";
import { api } from "./_generated/api.js";
import schema from "./schema.js";

const T0 = new Date("2026-01-01T00:00:00Z").getTime();
const HOUR = 3_600_000;
const MINUTE = 60_000;
const YEAR = 365 * 24 * HOUR;

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

const TABLES = [
  "rateLimits",
  "events",
  "checkpoints",
  "leases",
  "reservations",
  "overrides",
] as const;

/** How many documents each table holds, of those that hold any. */
const stored = (t: Test) =>
  t.run(async (ctx) => {
    const counts: Partial<Record<(typeof TABLES)[number], number>> = {};
    for (const table of TABLES) {
      const { length } = await ctx.db.query(table).take(5000);
      if (length > 0) counts[table] = length;
    }
    return counts;
  });

/** Sweeps as a caller does who waits for the end; how often it took. */
async function sweepAll(t: Test) {
  for (let calls = 1; calls < 50; calls++)
    if ((await t.mutation(api.sweeps.sweep, {})).isDone) return calls;
  throw new Error("sweeping does not end");
}

const bucket = { kind: "token bucket", rate: 5, period: HOUR } as const;
const sharded = { ...bucket, shards: 4 };
const concurrent = { ...bucket, applyUpdates: "asynchronously" } as const;
const MODES = [
  ["one row", bucket],
  ["shards", sharded],
  ["the log", concurrent],
] as const;

describe.each(MODES)("of a limit on %s, a sweep", (mode, config) => {
  const args = { name: "a", key: "ada", config };
  const consume = (t: Test, more = {}) => t.mutation(api.limits.consume, { ...args, ...more });
  const peek = (t: Test, more = {}) => t.query(api.limits.peek, { ...args, ...more });

  /** Sweeps, and again: what the first has made of a log, the second may delete. */
  async function sweepTwice(t: Test) {
    await sweepAll(t);
    vi.setSystemTime(Date.now() + 2 * MINUTE);
    await sweepAll(t);
  }

  test("leaves what has not drained, and no answer changes", async () => {
    const t = setup();
    await consume(t, { count: 5 });
    for (const wait of [0, HOUR / 2, HOUR / 3]) {
      vi.setSystemTime(Date.now() + wait);
      const before = await peek(t);
      await sweepAll(t);
      expect(await peek(t)).toEqual(before);
      expect(before.used).toBeGreaterThan(0);
    }
  });

  test("deletes all of what has drained, and no answer changes", async () => {
    const t = setup();
    for (const key of ["ada", "bob", undefined])
      for (let call = 0; call < 5; call++) await consume(t, { key });
    vi.setSystemTime(T0 + YEAR);
    const before = await peek(t);
    await sweepTwice(t);
    expect(await stored(t)).toEqual({});
    expect(await peek(t)).toEqual({ ...before, resetAt: Date.now() });
  });

  test("leaves a limit in debt until the debt has drained too", async () => {
    const t = setup();
    await t.mutation(api.limits.charge, { ...args, count: 50 });
    vi.setSystemTime(T0 + 9 * HOUR);
    await sweepTwice(t);
    expect((await peek(t)).used).toBeCloseTo(5 - 1 / 6, 6);
    vi.setSystemTime(T0 + 12 * HOUR);
    await sweepTwice(t);
    expect(await stored(t)).toEqual({});
  });

  test("leaves a limit blocked until the block has expired", async () => {
    const t = setup();
    await t.mutation(api.limits.block, { ...args, durationMs: 10 * HOUR });
    vi.setSystemTime(T0 + 9 * HOUR);
    await sweepTwice(t);
    expect(await peek(t)).toMatchObject({ ok: false, reason: "blocked" });
    vi.setSystemTime(T0 + 12 * HOUR);
    await sweepTwice(t);
    expect(await stored(t)).toEqual({});
    expect(await peek(t)).toMatchObject({ ok: true });
  });

  test("leaves a block without an end for good", async () => {
    const t = setup();
    await t.mutation(api.limits.block, args);
    vi.setSystemTime(T0 + YEAR);
    await sweepTwice(t);
    expect(await peek(t)).toMatchObject({ ok: false, reason: "blocked" });
  });

  test("leaves a limit with an override, by which it may not have drained", async () => {
    const t = setup();
    const own = { ...args, config: { ...config, overrides: true } };
    await t.mutation(api.limits.consume, { ...own, count: 5 });
    const override = { rate: 5, period: YEAR };
    await t.mutation(api.overrides.setOverride, { ...own, override });
    vi.setSystemTime(T0 + 12 * HOUR);
    const before = await t.query(api.limits.peek, own);
    expect(before.used).toBeGreaterThan(4);
    await sweepAll(t);
    await sweepAll(t);
    expect(await t.query(api.limits.peek, own)).toEqual(before);
    await t.mutation(api.overrides.clearOverride, { name: "a", key: "ada" });
    vi.setSystemTime(T0 + 14 * HOUR);
    await sweepTwice(t);
    expect(await stored(t)).toEqual({});
  });

  // The log at 100: every query of convex-test goes through the whole table.
  const keys = mode === "the log" ? 100 : 500;

  test(`of ${keys} keys ends, and leaves nothing`, async () => {
    const t = setup();
    await t.run(async (ctx) => {
      for (let key = 0; key < keys; key++)
        await ctx.runMutation(api.limits.consume, { ...args, key: `key ${key}` });
    });
    await t.mutation(api.limits.charge, { ...args, key: "in debt", count: 100 });
    await t.mutation(api.limits.block, { ...args, key: "blocked" });
    vi.setSystemTime(T0 + HOUR);
    await sweepTwice(t);
    const paginationOpts = { numItems: 100, cursor: null };
    const { page } = await t.query(api.keys.list, { name: "a", config, paginationOpts });
    expect(page.map(({ key }) => key)).toEqual(["blocked", "in debt"]);
    expect(await peek(t, { key: "key 7" })).toMatchObject({ used: 0, remaining: 5 });
  });
});

describe("a sweep", () => {
  test("looks again in an hour at rows that have to stay", async () => {
    const t = setup();
    const args = { name: "a", config: { ...bucket, overrides: true } };
    await t.mutation(api.limits.consume, args);
    await t.mutation(api.overrides.setOverride, { ...args, override: { rate: 6 } });
    vi.setSystemTime(T0 + 2 * HOUR);
    expect(await t.mutation(api.sweeps.sweep, {})).toEqual({ deleted: 0, isDone: true });
    await t.mutation(api.overrides.clearOverride, { name: "a" });
    expect(await t.mutation(api.sweeps.sweep, {})).toEqual({ deleted: 0, isDone: true });
    vi.setSystemTime(T0 + 3 * HOUR);
    expect(await t.mutation(api.sweeps.sweep, {})).toEqual({ deleted: 1, isDone: true });
  });

  test("leaves shard 0 until the others have gone, or two layouts could start side by side", async () => {
    const t = setup();
    const args = { name: "a", config: sharded };
    for (let call = 0; call < 5; call++) await t.mutation(api.limits.rateLimit, args);
    // Shard 0 drains first, and the draw is always the last shard.
    await t.run(async (ctx) => {
      const first = await ctx.db.query("rateLimits").first();
      if (first) await ctx.db.patch("rateLimits", first._id, { freeAt: T0 + MINUTE });
    });
    vi.setSystemTime(T0 + 10 * MINUTE);
    await sweepAll(t);
    const rows = await t.run((ctx) => ctx.db.query("rateLimits").take(10));
    expect(rows.map(({ shard }) => shard)).toContain(0);
    vi.setSystemTime(T0 + 3 * HOUR);
    await sweepAll(t);
    expect(await stored(t)).toEqual({});
  });

  test("leaves rows of the official package, which do not say when they have drained", async () => {
    const t = setup();
    const row = { name: "a", key: "ada", shard: 0, value: 1, ts: T0 };
    await t.run((ctx) => ctx.db.insert("rateLimits", row));
    vi.setSystemTime(T0 + YEAR);
    await sweepAll(t);
    expect(await stored(t)).toEqual({ rateLimits: 1 });
    await t.mutation(api.limits.rateLimit, { name: "a", key: "ada", config: bucket });
    vi.setSystemTime(T0 + 2 * YEAR);
    await sweepAll(t);
    expect(await stored(t)).toEqual({});
  });

  test("deletes leases, reservations and overrides that have expired, and no others", async () => {
    const t = setup();
    const jobs = { name: "jobs", config: { kind: "concurrency", max: 3 } } as const;
    const args = { name: "a", config: { ...bucket, rate: 1000, overrides: true } };
    const override = { rate: 2000 };
    for (const minutes of [1, 100]) {
      const ttlMs = minutes * MINUTE;
      const key = `for ${minutes} minutes`;
      await t.mutation(api.leases.acquire, { ...jobs, ttlMs });
      await t.mutation(api.reservations.reserve, { ...args, ttlMs });
      const expiresAt = T0 + ttlMs;
      await t.mutation(api.overrides.setOverride, { ...args, key, override, expiresAt });
    }
    await t.mutation(api.overrides.setOverride, { ...args, override });
    vi.setSystemTime(T0 + MINUTE);
    expect(await t.mutation(api.sweeps.sweep, {})).toEqual({ deleted: 3, isDone: true });
    expect(await stored(t)).toMatchObject({ leases: 1, reservations: 1, overrides: 2 });
    vi.setSystemTime(T0 + 1000 * HOUR);
    await sweepAll(t);
    expect(await stored(t)).toMatchObject({ overrides: 1 });
    expect(await stored(t)).not.toHaveProperty("leases");
  });

  test("twice in one transaction ends too, although the snapshot shows it the same rows", async () => {
    const t = setup();
    await t.run(async (ctx) => {
      const row = { name: "a", shard: 0, value: 4, ts: T0, freeAt: T0 + HOUR };
      for (let key = 0; key < 300; key++)
        await ctx.db.insert("rateLimits", { ...row, key: `key ${key}` });
    });
    vi.setSystemTime(T0 + YEAR);
    await t.run(async (ctx) => {
      for (let calls = 0, isDone = false; !isDone; calls++) {
        expect(calls).toBeLessThan(5);
        ({ isDone } = await ctx.runMutation(api.sweeps.sweep, {}));
      }
    });
    expect(await stored(t)).toEqual({});
  });
});

describe("the log", () => {
  const args = { name: "a", key: "ada", config: { ...concurrent, capacity: 1000 } };
  const limit = (t: Test, key = "ada") => t.mutation(api.limits.rateLimit, { ...args, key });

  test("behind a checkpoint is folded when nobody calls any more, or it would stay for ever", async () => {
    const t = setup();
    await limit(t);
    vi.mocked(Math.random).mockReturnValueOnce(0);
    await limit(t);
    await limit(t);
    expect(await stored(t)).toEqual({ events: 3, checkpoints: 1 });
    for (let round = 0; round < 4; round++) {
      vi.setSystemTime(Date.now() + 2 * MINUTE);
      await sweepAll(t);
    }
    expect(await stored(t)).toEqual({ checkpoints: 1 });
    vi.setSystemTime(T0 + YEAR);
    await sweepAll(t);
    expect(await stored(t)).toEqual({});
  });

  test("of a key that is called now and again does not keep the sweep from those behind it", async () => {
    const t = setup();
    const refill = bucket;
    const event = { name: "a", key: "ada", kind: "consume", count: 1, at: T0, refill } as const;
    await t.run(async (ctx) => {
      for (let call = 0; call < 600; call++)
        await ctx.db.insert("events", { ...event, seq: ctx.db.vars.commitTs });
    });
    await limit(t, "behind");
    vi.setSystemTime(T0 + 2 * MINUTE);
    await limit(t);
    expect(await sweepAll(t)).toBe(2);
    expect(await stored(t)).toEqual({ checkpoints: 2, events: 1 });
    const { used } = await t.query(api.limits.peek, { ...args, key: "behind" });
    expect(used).toBeCloseTo(1 - 10 / 60, 9);
  });

  test("of the last minute is left alone: whoever is in flight may be reading it", async () => {
    const t = setup();
    await limit(t);
    vi.setSystemTime(T0 + MINUTE - 1);
    expect(await t.mutation(api.sweeps.sweep, {})).toEqual({ deleted: 0, isDone: true });
    expect(await stored(t)).toEqual({ events: 1 });
    vi.setSystemTime(T0 + MINUTE);
    await sweepAll(t);
    expect(await stored(t)).toEqual({ checkpoints: 1 });
  });
});
