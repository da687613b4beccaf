import { convexTest } from "convex-test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { modules } from "../test.js";
import { api } from "./_generated/api.js";
import schema from "./schema.js";

const T0 = new Date("2026-01-01T00:00:00Z").getTime();
const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

const setup = () => convexTest(schema, modules);
type Test = ReturnType<typeof setup>;

const config = { kind: "concurrency", max: 3, ttlMs: MINUTE } as const;
const args = { name: "jobs", key: "ada", config };

const acquire = (t: Test, more = {}) => t.mutation(api.leases.acquire, { ...args, ...more });
const release = (t: Test, leaseId: string) => t.mutation(api.leases.release, { leaseId });
const leases = (t: Test) => t.run((ctx) => ctx.db.query("leases").take(100));
const withMax = (max: number) => ({ config: { ...config, max } });

/** Acquires a lease that has to be granted. */
async function held(t: Test, more = {}) {
  const lease = await acquire(t, more);
  if (!lease.ok) throw new Error("no lease was free");
  return lease;
}

test("as many leases as there may be, each in a slot of its own, and then none", async () => {
  const t = setup();
  for (const active of [1, 2, 3])
    expect(await acquire(t, { holder: `worker ${active}` })).toMatchObject({
      ok: true,
      active,
      expiresAt: T0 + MINUTE,
    });
  expect(await acquire(t)).toEqual({ ok: false, active: 3, retryAfter: MINUTE });
  const rows = await leases(t);
  expect(rows.map(({ slot }) => slot).sort()).toEqual([0, 1, 2]);
  expect(rows.map(({ holder }) => holder).sort()).toEqual(["worker 1", "worker 2", "worker 3"]);
});

test("names and keys hold leases apart, and no key is not an empty key", async () => {
  const t = setup();
  const one = withMax(1);
  for (const subject of [{ key: undefined }, { key: "" }, { key: "bob" }, { name: "mails" }])
    expect(await acquire(t, { ...one, ...subject })).toMatchObject({ ok: true, active: 1 });
});

test("a refusal waits for the next to expire, and that slot is then taken over", async () => {
  const t = setup();
  for (const ttlMs of [30_000, 20_000, 10_000]) await acquire(t, { ttlMs });
  expect(await acquire(t)).toEqual({ ok: false, active: 3, retryAfter: 10_000 });
  vi.setSystemTime(T0 + 9999);
  expect(await acquire(t)).toEqual({ ok: false, active: 3, retryAfter: 1 });
  vi.setSystemTime(T0 + 10_000);
  expect(await acquire(t)).toMatchObject({ ok: true, active: 3 });
  expect(await leases(t)).toHaveLength(3);
});

test("a released lease can be had again, and released only once", async () => {
  const t = setup();
  const [first] = [await held(t), await held(t), await held(t)];
  expect(await release(t, first.leaseId)).toBe(true);
  expect(await release(t, first.leaseId)).toBe(false);
  expect(await acquire(t)).toMatchObject({ ok: true, active: 3 });
});

test("an unknown lease is neither released nor renewed", async () => {
  const t = setup();
  expect(await release(t, "nonsense")).toBe(false);
  expect(await t.mutation(api.leases.renew, { leaseId: "nonsense" })).toEqual({ ok: false });
});

test("a lease that expired was not held any more, and its release leaves the next holder alone", async () => {
  const t = setup();
  const { leaseId } = await held(t, withMax(1));
  vi.setSystemTime(T0 + MINUTE);
  expect(await t.mutation(api.leases.renew, { leaseId })).toEqual({ ok: false });
  const next = await held(t, withMax(1));
  expect(await release(t, leaseId)).toBe(false);
  expect(await acquire(t, withMax(1))).toMatchObject({ ok: false });
  expect(await release(t, next.leaseId)).toBe(true);
});

test("the release of an expired lease that nobody took says so, and leaves no row", async () => {
  const t = setup();
  const { leaseId } = await held(t);
  vi.setSystemTime(T0 + MINUTE);
  expect(await release(t, leaseId)).toBe(false);
  expect(await leases(t)).toEqual([]);
});

test("a renewed lease lasts as long again from now, or as long as it is told from then on", async () => {
  const t = setup();
  const { leaseId } = await held(t);
  const renew = (ttlMs?: number) => t.mutation(api.leases.renew, { leaseId, ttlMs });
  vi.setSystemTime(T0 + MINUTE - 1);
  expect(await renew()).toEqual({ ok: true, expiresAt: Date.now() + MINUTE });
  expect(await renew(5000)).toEqual({ ok: true, expiresAt: Date.now() + 5000 });
  vi.setSystemTime(T0 + MINUTE + 1000);
  expect(await renew()).toEqual({ ok: true, expiresAt: Date.now() + 5000 });
});

test.each([0, NaN, Infinity, -1])("no lease lasts %d milliseconds", async (ttlMs) => {
  const t = setup();
  const bad = { data: { code: "INVALID_RATE_LIMIT", field: "ttlMs" } };
  await expect(acquire(t, { ttlMs })).rejects.toMatchObject(bad);
  expect(await leases(t)).toEqual([]);
  const { leaseId } = await held(t);
  await expect(t.mutation(api.leases.renew, { leaseId, ttlMs })).rejects.toMatchObject(bad);
});

test("kinds that count tokens have no leases, and leases no tokens", async () => {
  const t = setup();
  const tokens = { kind: "token bucket", rate: 3, period: MINUTE } as const;
  const bad = { data: { code: "INVALID_RATE_LIMIT", field: "kind" } };
  await expect(acquire(t, { config: tokens })).rejects.toMatchObject(bad);
  await expect(t.mutation(api.limits.consume, args)).rejects.toMatchObject(bad);
  await expect(t.mutation(api.limits.rateLimit, args)).rejects.toMatchObject(bad);
  await expect(t.query(api.limits.checkRateLimit, args)).rejects.toMatchObject(bad);
  await expect(t.query(api.limits.getValue, args)).rejects.toMatchObject(bad);
  await expect(t.mutation(api.limits.charge, args)).rejects.toMatchObject(bad);
  await expect(t.mutation(api.limits.refund, args)).rejects.toMatchObject(bad);
  await expect(t.mutation(api.limits.block, args)).rejects.toMatchObject(bad);
  await expect(t.mutation(api.reservations.reserve, args)).rejects.toMatchObject(bad);
});

test("peek tells how many are held and when the next ends, in queries and in mutations", async () => {
  const t = setup();
  const status = { name: "jobs", key: "ada", limit: 3, window: MINUTE };
  const free = { ok: true, ...status, remaining: 3, used: 0, resetAt: T0 };
  expect(await t.query(api.limits.peek, args)).toEqual(free);
  await acquire(t, { ttlMs: 1000 });
  await acquire(t);
  await acquire(t);
  const full = { ok: false, ...status, remaining: 0, used: 3, resetAt: T0 + MINUTE };
  const refused = { ...full, retryAfter: 1000, reason: "limited" };
  expect(await t.query(api.limits.peek, args)).toEqual(refused);
  expect(await t.mutation(api.limits.peekInMutation, args)).toEqual(refused);
});

test("a reset ends every lease of the key, and of no other", async () => {
  const t = setup();
  const mine = await held(t);
  const other = await held(t, { key: "bob" });
  await t.mutation(api.limits.resetRateLimit, args);
  expect(await release(t, mine.leaseId)).toBe(false);
  expect(await release(t, other.leaseId)).toBe(true);
});

test("the caller's failure gives the lease back", async () => {
  const t = setup();
  const failing = t.run(async (ctx) => {
    await ctx.runMutation(api.leases.acquire, args);
    throw new Error("the caller changed its mind");
  });
  await expect(failing).rejects.toThrow("changed its mind");
  expect(await leases(t)).toEqual([]);
});

describe("interleavings", () => {
  test("leases in slots beyond a lowered max count, or the new max would be exceeded", async () => {
    const t = setup();
    // The draw is the upper end of the free slots: 9, 8, 7, 6.
    vi.spyOn(Math, "random").mockReturnValue(0.999);
    const [first] = [await held(t, withMax(10)), await held(t, withMax(10))];
    await acquire(t, withMax(10));
    await acquire(t, { ...withMax(10), ttlMs: 2 * MINUTE });
    expect(await leases(t)).toMatchObject([{ slot: 9 }, { slot: 8 }, { slot: 7 }, { slot: 6 }]);
    // Two of the four have to end before one more may begin.
    expect(await acquire(t)).toEqual({ ok: false, active: 4, retryAfter: MINUTE });
    await release(t, first.leaseId);
    expect(await acquire(t)).toMatchObject({ ok: false, active: 3 });
    vi.setSystemTime(T0 + MINUTE);
    expect(await acquire(t)).toMatchObject({ ok: true, active: 2 });
    expect(await acquire(t)).toMatchObject({ ok: true, active: 3 });
    expect(await acquire(t)).toMatchObject({ ok: false, active: 3 });
  });

  test("acquires in one transaction take no slot twice, though its snapshot has them free", async () => {
    const t = setup();
    await t.run(async (ctx) => {
      const run = () => ctx.runMutation(api.leases.acquire, args);
      const [first] = [await run(), await run()];
      expect(await run()).toMatchObject({ ok: true });
      expect(await run()).toMatchObject({ ok: false, active: 3 });
      if (first.ok) await ctx.runMutation(api.leases.release, { leaseId: first.leaseId });
      expect(await run()).toMatchObject({ ok: true });
      expect(await run()).toMatchObject({ ok: false, active: 3 });
    });
    expect(await leases(t)).toHaveLength(3);
  });

  test("a release in the same transaction frees the slot at once", async () => {
    const t = setup();
    const { leaseId } = await held(t, withMax(1));
    await t.run(async (ctx) => {
      await ctx.runMutation(api.leases.release, { leaseId });
      expect(await ctx.runMutation(api.leases.acquire, { ...args, ...withMax(1) })).toMatchObject({
        ok: true,
        active: 1,
      });
    });
  });
});
