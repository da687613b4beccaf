import { convexTest } from "convex-test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { modules } from "../test.js";
import { api } from "./_generated/api.js";
import { background } from "./model/background.js";
import schema from "./schema.js";

const T0 = new Date("2026-01-01T00:00:00Z").getTime();
const HOUR = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ["Date"] });
  background.isOn = false;
});

afterEach(() => {
  vi.useRealTimers();
});

const setup = () => convexTest(schema, modules);
type Test = ReturnType<typeof setup>;

const config = { kind: "token bucket", rate: 100, period: HOUR, shards: 10 } as const;
const args = { name: "a", config };

const limit = (t: Test, more = {}) => t.mutation(api.limits.rateLimit, { ...args, ...more });
const charge = (t: Test, count: number) => t.mutation(api.limits.charge, { ...args, count });
const refund = (t: Test, count: number) => t.mutation(api.limits.refund, { ...args, count });
const rows = (t: Test) => t.run((ctx) => ctx.db.query("rateLimits").take(100));
const values = async (t: Test) => (await rows(t)).map(({ value }) => value);

/** How many requests of one token are granted, of as many as there are draws of a shard. */
async function granted(t: Test, more = {}) {
  let granted = 0;
  for (let draw = 0; draw < 100; draw++) {
    vi.spyOn(Math, "random").mockReturnValue((draw % 10) / 10);
    if ((await limit(t, more)).ok) granted += 1;
  }
  return granted;
}

describe("interleavings that shards must survive", () => {
  test("a charge beyond what is left is spread over all shards: none has room by itself", async () => {
    const t = setup();
    await charge(t, 1000);
    expect(await values(t)).toEqual(Array.from({ length: 10 }, () => -90));
    expect(await granted(t)).toBe(0);
  });

  test("a reservation beyond what is left is spread over all shards", async () => {
    const t = setup();
    for (let call = 0; call < 50; call++) await limit(t);
    await t.mutation(api.reservations.reserve, { ...args, count: 80 });
    for (const value of await values(t)) expect(value).toBeCloseTo(-3, 9);
    expect(await granted(t)).toBe(0);
  });

  test("a refund of part of a debt leaves every shard its part: none has room by itself", async () => {
    const t = setup();
    await charge(t, 200);
    expect(await refund(t, 50)).toMatchObject({ used: 150, remaining: 0 });
    expect(await granted(t)).toBe(0);
    expect(await refund(t, 60)).toMatchObject({ used: 90, remaining: 10 });
    expect(await granted(t)).toBe(10);
  });

  test("a refund of what one shard has not used goes to those that have", async () => {
    const t = setup();
    await charge(t, 100);
    await refund(t, 37);
    expect(await granted(t)).toBe(37);
    expect(await granted(t)).toBe(0);
  });

  test("a lowered limit is in debt as a whole: shards that were not used have no room either", async () => {
    const t = setup();
    for (const shard of [0, 1, 2, 3, 4, 5]) {
      vi.spyOn(Math, "random").mockReturnValue(shard / 10);
      await limit(t, { count: 10 });
    }
    const lowered = { config: { ...config, rate: 50 } };
    expect(await granted(t, lowered)).toBe(0);
    expect(await t.query(api.limits.peek, { ...args, ...lowered })).toMatchObject({ used: 60 });
  });

  test("a check and the limit after it agree on a lowered limit, whichever shard they draw", async () => {
    const t = setup();
    vi.spyOn(Math, "random").mockReturnValue(0);
    await limit(t, { count: 10 });
    vi.mocked(Math.random).mockReturnValue(0.1);
    await limit(t, { count: 10 });
    const lowered = { ...args, config: { ...config, rate: 15 } };
    await t.run(async (ctx) => {
      for (const draw of [0, 0.1, 0.2, 0.9]) {
        vi.mocked(Math.random).mockReturnValue(draw);
        expect(await ctx.runQuery(api.limits.checkRateLimit, lowered)).toMatchObject({ ok: false });
        expect(await ctx.runMutation(api.limits.rateLimit, lowered)).toMatchObject({ ok: false });
      }
    });
  });

  test("own writes are seen after a reset in the same mutation, which the snapshot lacks", async () => {
    const t = setup();
    await limit(t, { count: 100 });
    await t.run(async (ctx) => {
      expect(await ctx.runMutation(api.limits.rateLimit, args)).toMatchObject({ ok: false });
      await ctx.runMutation(api.limits.resetRateLimit, args);
      const all = { ...args, count: 100 };
      expect(await ctx.runMutation(api.limits.rateLimit, all)).toEqual({ ok: true });
      expect(await ctx.runMutation(api.limits.rateLimit, args)).toMatchObject({ ok: false });
    });
  });

  test("shard 0 comes first whatever is drawn, or two layouts would start side by side", async () => {
    const t = setup();
    vi.spyOn(Math, "random").mockReturnValue(0.75);
    await limit(t);
    expect((await rows(t)).map(({ shard }) => shard)).toEqual([0]);
    await limit(t);
    expect((await rows(t)).map(({ shard }) => shard)).toEqual([0, 7]);
  });

  test("rows of another layout are moved together, and what they used stays used", async () => {
    const t = setup();
    await charge(t, 95);
    for (const shards of [3, 20, 1, 10]) {
      const other = { ...args, config: { ...config, shards } };
      const before = await t.query(api.limits.peek, other);
      expect([before.remaining, before.used]).toEqual([5, expect.closeTo(95, 9)]);
      await t.mutation(api.limits.charge, { ...other, count: 1 });
      const layouts = (await rows(t)).map(({ layout, shard }) => `${shard} of ${layout}`);
      expect(layouts).toEqual(
        Array.from({ length: shards }, (_, shard) => `${shard} of ${shards}`),
      );
      await t.mutation(api.limits.refund, { ...other, count: 1 });
    }
  });

  test("a wait over a changed number of shards is long enough for a clock that is a little behind", async () => {
    const t = setup();
    const used = [
      [1.8, 0],
      [1.8, 61_712],
      [1.8, 0],
      [1.2, 61_712],
    ] as const;
    await t.run(async (ctx) => {
      for (const [shard, [count, at]] of used.entries()) {
        const row = { shard, layout: 5, cap: 1.8, value: 1.8 - count, ts: T0 + at };
        await ctx.db.insert("rateLimits", { name: "a", ...row });
      }
    });
    const one = { kind: "token bucket", rate: 6, period: 60_000, capacity: 9 } as const;
    const check = (at: number) => {
      vi.setSystemTime(T0 + at);
      return t.query(api.limits.checkRateLimit, { name: "a", config: one, count: 8 });
    };
    const { ok, retryAfter = 0 } = await check(61_708);
    expect(ok).toBe(false);
    // By the milliseconds that it is behind, it may be too long: then nothing is added twice.
    expect(await check(61_708 + retryAfter - 10)).toMatchObject({ ok: false });
    expect(await check(61_708 + retryAfter)).toEqual({ ok: true });
  });

  test("a block is on every shard, those that were never used included", async () => {
    const t = setup();
    await limit(t);
    await t.mutation(api.limits.block, { ...args, durationMs: HOUR });
    expect((await rows(t)).map(({ block }) => block?.expiresAt)).toEqual(
      Array.from({ length: 10 }, () => T0 + HOUR),
    );
    expect(await granted(t)).toBe(0);
    const other = { config: { ...config, shards: 4 } };
    expect(await granted(t, other)).toBe(0);
    await t.mutation(api.limits.charge, { ...args, ...other });
    expect(await granted(t, other)).toBe(0);
  });
});

test("what rounding would grant for nothing is recorded too", async () => {
  const t = setup();
  const huge = { config: { ...config, rate: 1e10 } };
  await limit(t, { ...huge, count: 1e10 });
  let granted = 0;
  for (let call = 0; call < 20; call++) if ((await limit(t, { ...huge, count: 7 })).ok) granted++;
  expect(granted).toBeLessThanOrEqual(1);
});
