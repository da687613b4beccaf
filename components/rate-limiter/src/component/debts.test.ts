import { convexTest } from "convex-test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { RateLimitConfig } from "../shared/kinds.js";
import { modules } from "../test.js";
import { api } from "./_generated/api.js";
import schema from "./schema.js";

const T0 = new Date("2026-01-01T00:00:00Z").getTime();
const HOUR = 3_600_000;

let draws = 0;

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ["Date"] });
  // Every shard in turn.
  vi.spyOn(Math, "random").mockImplementation(() => ((draws++ * 7) % 16) / 16);
});

afterEach(() => {
  vi.useRealTimers();
});

/** One limit in a database of its own, whose config may change. */
function mount(config: RateLimitConfig) {
  const t = convexTest(schema, modules);
  const args = { name: "a", config };
  return {
    t,
    limit: async (count = 1) =>
      (await t.mutation(api.limits.rateLimit, { ...args, count })).ok ? count : 0,
    reserve: (count: number) => t.mutation(api.reservations.reserve, { ...args, count }),
    settle: (reservationId: string, count: number) =>
      t.mutation(api.reservations.settle, { reservationId, count }),
    refund: (count: number) => t.mutation(api.limits.refund, { ...args, count }),
    peek: () => t.query(api.limits.peek, args),
    with(changed: Partial<RateLimitConfig>) {
      args.config = { ...config, ...changed } as RateLimitConfig;
    },
  };
}

async function granted(limit: () => Promise<number>, calls = 40): Promise<number> {
  let sum = 0;
  for (let call = 0; call < calls; call++) sum += await limit();
  return sum;
}

const CONFIG = { kind: "token bucket", rate: 16, period: HOUR, shards: 16 } as const;

describe("a debt that is partly paid back stays one of all shards:", () => {
  test("a refund lets nobody in before it is worked off", async () => {
    const { reserve, refund, limit, peek } = mount(CONFIG);
    await reserve(32);
    await refund(16);
    expect(await peek()).toMatchObject({ used: 16, remaining: 0, ok: false });
    expect(await granted(limit)).toBe(0);
  });

  test("nor does a settled reservation", async () => {
    const { reserve, settle, limit } = mount(CONFIG);
    const reservation = await reserve(160);
    if (!reservation.ok) throw new Error("refused");
    expect(await settle(reservation.reservationId, 40)).toMatchObject({ used: 40, remaining: 0 });
    expect(await granted(limit)).toBe(0);
  });
});

test("a lowered capacity counts what all shards have used, however unevenly", async () => {
  const limiter = mount({ ...CONFIG, rate: 160 });
  expect(await granted(limiter.limit, 80)).toBe(80);
  limiter.with({ rate: 80 });
  expect(await limiter.peek()).toMatchObject({ used: 80, remaining: 0 });
  expect(await granted(limiter.limit)).toBe(0);
});

test("a request that only rounding lets in is recorded, with shards too", async () => {
  const { limit, peek } = mount({ kind: "token bucket", rate: 1e10, period: HOUR, shards: 2 });
  await limit(1e10);
  expect(await limit(7)).toBe(7);
  expect((await peek()).used).toBe(1e10 + 7);
  expect(await granted(() => limit(7))).toBe(0);
});

test("an override that no longer fits the limit's kind is ignored", async () => {
  const t = convexTest(schema, modules);
  const config = { kind: "token bucket", rate: 1, period: HOUR, overrides: true } as const;
  const override = { capacity: 20 };
  await t.mutation(api.overrides.setOverride, { name: "a", config, override });
  expect((await t.query(api.limits.peek, { name: "a", config })).limit).toBe(20);
  const changed = { kind: "sliding window", rate: 1, period: HOUR, overrides: true } as const;
  expect((await t.query(api.limits.peek, { name: "a", config: changed })).limit).toBe(1);
});

test("a debt beyond the end of time is stored as numbers", async () => {
  const { reserve, t } = mount({ kind: "token bucket", rate: 1e-300, period: 1, capacity: 0 });
  expect(await reserve(1)).toMatchObject({ ok: true });
  const [row] = await t.run((ctx) => ctx.db.query("rateLimits").take(2));
  expect(Number.isFinite(row?.freeAt) && Number.isFinite(row?.value)).toBe(true);
});

describe("with expired rows of other kinds,", () => {
  test("a clean-up of what is older than now deletes no lease and no override that holds", async () => {
    const t = convexTest(schema, modules);
    const config = { kind: "concurrency", max: 1, overrides: true } as const;
    await t.mutation(api.leases.acquire, { name: "a", config });
    const expiresAt = T0 + HOUR;
    await t.mutation(api.overrides.setOverride, {
      name: "a",
      config,
      override: { ttlMs: 5 },
      expiresAt,
    });
    await expect(t.mutation(api.sweeps.clearAll, { before: NaN })).rejects.toMatchObject({
      data: { field: "before" },
    });
    await t.mutation(api.sweeps.clearAll, { before: T0 + 2 * HOUR });
    expect(await t.mutation(api.leases.acquire, { name: "a", config })).toMatchObject({
      ok: false,
    });
    expect(await t.run((ctx) => ctx.db.query("overrides").take(2))).toHaveLength(1);
  });
});

test("sliding logs are forgotten in batches that fit a transaction however full", async () => {
  const t = convexTest(schema, modules);
  const log = Array.from({ length: 100 }, (_, entry) => ({ at: T0 + entry, count: 1 }));
  await t.run(async (ctx) => {
    for (let key = 0; key < 140; key++)
      await ctx.db.insert("rateLimits", {
        name: "a",
        key: `${key}`,
        shard: 0,
        value: 0,
        ts: T0,
        cap: 1000,
        layout: 1,
        log,
      });
  });
  expect(await t.mutation(api.sweeps.resetAll, { name: "a" })).toEqual({
    deleted: 128,
    isDone: false,
  });
  expect(await t.mutation(api.sweeps.resetAll, { name: "a" })).toEqual({
    deleted: 12,
    isDone: true,
  });
});
