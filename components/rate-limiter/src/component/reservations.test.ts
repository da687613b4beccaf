import { convexTest } from "convex-test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { modules } from "../test.js";
import { api } from "./_generated/api.js";
import { background } from "./model/background.js";
import schema from "./schema.js";

const T0 = new Date("2026-01-01T00:00:00Z").getTime();
const HOUR = 3_600_000;
const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ["Date"] });
  background.isOn = false;
});

afterEach(() => {
  vi.useRealTimers();
});

const setup = () => convexTest(schema, modules);
type Test = ReturnType<typeof setup>;

const reservations = (t: Test) => t.run((ctx) => ctx.db.query("reservations").take(100));
const settle = (t: Test, reservationId: string, count: number) =>
  t.mutation(api.reservations.settle, { reservationId, count });
const cancel = (t: Test, reservationId: string) =>
  t.mutation(api.reservations.cancel, { reservationId });

const base = { kind: "token bucket", rate: 6, period: HOUR } as const;

describe.each([
  ["one row", base],
  ["shards", { ...base, shards: 3 }],
  ["the log", { ...base, applyUpdates: "asynchronously" }],
] as const)("on %s", (_mode, config) => {
  const args = { name: "a", key: "ada", config };
  const reserve = (t: Test, count: number, more = {}) =>
    t.mutation(api.reservations.reserve, { ...args, count, ...more });
  const used = async (t: Test) => (await t.query(api.limits.peek, args)).used;

  /** Reserves what has to be granted. */
  async function reserved(t: Test, count: number, more = {}) {
    const reservation = await reserve(t, count, more);
    if (!reservation.ok) throw new Error("nothing was reserved");
    return reservation;
  }

  test("what is there can be reserved for now, and is used", async () => {
    const t = setup();
    expect(await reserve(t, 4)).toMatchObject({ ok: true, runAt: T0 });
    expect(await used(t)).toBe(4);
    expect(await reservations(t)).toMatchObject([{ count: 4, expiresAt: T0 + 10 * MINUTE }]);
  });

  test("what is not there yet is reserved for when it will be", async () => {
    const t = setup();
    await reserved(t, 6);
    expect(await reserve(t, 3)).toMatchObject({ ok: true, runAt: T0 + HOUR / 2 });
    expect(await reserve(t, 1)).toMatchObject({ ok: true, runAt: T0 + (HOUR * 4) / 6 });
    expect(await used(t)).toBe(10);
    const [, last] = await reservations(t);
    expect(last).toMatchObject({ expiresAt: T0 + HOUR / 2 + 10 * MINUTE });
  });

  test("no further ahead than maxReserved, and nothing is written then", async () => {
    const t = setup();
    const lending = { config: { ...config, maxReserved: 2 } };
    await reserved(t, 7, lending);
    expect(await reserve(t, 2, lending)).toEqual({ ok: false, retryAfter: HOUR / 6 });
    expect(await used(t)).toBe(7);
    expect(await reservations(t)).toHaveLength(1);
  });

  test("no further ahead than the caller would wait, and the wait is when it would do", async () => {
    const t = setup();
    await reserved(t, 6);
    const patient = { maxWaitMs: HOUR / 3 };
    expect(await reserve(t, 3, patient)).toEqual({ ok: false, retryAfter: HOUR / 6 });
    expect(await used(t)).toBe(6);
    vi.setSystemTime(T0 + HOUR / 6 - 1);
    expect(await reserve(t, 3, patient)).toEqual({ ok: false, retryAfter: 1 });
    vi.setSystemTime(T0 + HOUR / 6);
    expect(await reserve(t, 3, patient)).toMatchObject({ ok: true, runAt: T0 + HOUR / 2 });
    expect(await reserve(t, 1, { maxWaitMs: 0 })).toMatchObject({ ok: false });
  });

  test("settled for less it gives back the rest, for more it charges, and only once", async () => {
    const t = setup();
    const cheap = await reserved(t, 4);
    expect(await settle(t, cheap.reservationId, 1)).toMatchObject({ ok: true, used: 1 });
    expect(await settle(t, cheap.reservationId, 1)).toBeNull();
    const dear = await reserved(t, 2);
    expect(await settle(t, dear.reservationId, 9)).toMatchObject({ ok: true, used: 10 });
    const exact = await reserved(t, 1);
    expect(await settle(t, exact.reservationId, 1)).toMatchObject({ used: 11 });
    expect(await reservations(t)).toEqual([]);
  });

  test("cancelled it gives back all, and only once", async () => {
    const t = setup();
    const { reservationId } = await reserved(t, 4);
    expect(await cancel(t, reservationId)).toBe(true);
    expect(await cancel(t, reservationId)).toBe(false);
    expect(await used(t)).toBe(0);
  });

  test("a reservation that has expired counts as used, or a lost job's tokens would be had twice", async () => {
    const t = setup();
    const { reservationId } = await reserved(t, 6, { ttlMs: MINUTE });
    vi.setSystemTime(T0 + MINUTE);
    expect(await settle(t, reservationId, 0)).toBeNull();
    expect(await cancel(t, reservationId)).toBe(false);
    expect(await used(t)).toBeCloseTo(5.9, 9);
  });

  test("just before it expires it can be settled", async () => {
    const t = setup();
    const { reservationId } = await reserved(t, 6, { ttlMs: MINUTE });
    vi.setSystemTime(T0 + MINUTE - 1);
    expect(await cancel(t, reservationId)).toBe(true);
    expect(await used(t)).toBe(0);
  });

  test("after a reset there is nothing to settle, or the new use would be given back", async () => {
    const t = setup();
    const { reservationId } = await reserved(t, 4);
    await t.mutation(api.limits.resetRateLimit, args);
    await t.mutation(api.limits.rateLimit, { ...args, count: 3 });
    expect(await cancel(t, reservationId)).toBe(false);
    expect(await used(t)).toBe(3);
  });

  test("a blocked limit reserves nothing, but is settled", async () => {
    const t = setup();
    const { reservationId } = await reserved(t, 4);
    await t.mutation(api.limits.block, { ...args, durationMs: MINUTE });
    expect(await reserve(t, 1)).toEqual({ ok: false, retryAfter: MINUTE });
    expect(await settle(t, reservationId, 2)).toMatchObject({ used: 2 });
    expect(await reserve(t, 1)).toMatchObject({ ok: false });
  });

  test("reserved and settled in one transaction", async () => {
    const t = setup();
    await t.run(async (ctx) => {
      const one = await ctx.runMutation(api.reservations.reserve, { ...args, count: 5 });
      if (!one.ok) throw new Error("nothing was reserved");
      const { reservationId } = one;
      await ctx.runMutation(api.reservations.settle, { reservationId, count: 2 });
      expect(await ctx.runMutation(api.limits.rateLimit, { ...args, count: 4 })).toEqual({
        ok: true,
      });
    });
    expect(await used(t)).toBe(6);
  });

  test.each([
    [{ ttlMs: 0 }, "ttlMs"],
    [{ ttlMs: NaN }, "ttlMs"],
    [{ maxWaitMs: -1 }, "maxWaitMs"],
    [{ maxWaitMs: NaN }, "maxWaitMs"],
    [{ count: -1 }, "count"],
    [{ count: 9, config: { ...config, maxReserved: 2 } }, "count"],
  ])("bad input is refused and nothing is written: %j", async (bad, field) => {
    const t = setup();
    await expect(reserve(t, 1, bad)).rejects.toMatchObject({
      data: { code: "INVALID_RATE_LIMIT", field },
    });
    expect(await reservations(t)).toEqual([]);
    expect(await used(t)).toBe(0);
  });

  test("a bad count settles nothing, and the reservation can still be settled", async () => {
    const t = setup();
    const { reservationId } = await reserved(t, 4);
    for (const count of [NaN, -1, Infinity])
      await expect(settle(t, reservationId, count)).rejects.toMatchObject({
        data: { code: "INVALID_RATE_LIMIT", field: "count" },
      });
    expect(await settle(t, reservationId, 1)).toMatchObject({ used: 1 });
  });
});

test("an unknown reservation is neither settled nor cancelled", async () => {
  const t = setup();
  expect(await settle(t, "nonsense", 1)).toBeNull();
  expect(await cancel(t, "nonsense")).toBe(false);
});

test.each([
  { kind: "sliding window", rate: 6, period: HOUR, start: T0 },
  { kind: "sliding log", rate: 6, period: HOUR },
] as const)("a $kind knows no debt: only what is there is reserved", async (config) => {
  const t = setup();
  const args = { name: "a", config };
  const reserve = (count: number) => t.mutation(api.reservations.reserve, { ...args, count });
  expect(await reserve(6)).toMatchObject({ ok: true, runAt: T0 });
  expect(await reserve(1)).toMatchObject({ ok: false });
  await expect(reserve(7)).rejects.toMatchObject({ data: { field: "count" } });
});

test("a debt is spread over all shards, or those without would go on granting", async () => {
  const t = setup();
  const args = { name: "a", config: { ...base, rate: 100, shards: 10 } };
  await t.mutation(api.limits.charge, { ...args, count: 1000 });
  const rows = await t.run((ctx) => ctx.db.query("rateLimits").take(100));
  expect(rows.map(({ value }) => value)).toEqual(Array.from({ length: 10 }, () => -90));
  for (let call = 0; call < 20; call++)
    expect(await t.mutation(api.limits.rateLimit, args)).toMatchObject({ ok: false });
  await t.mutation(api.limits.resetRateLimit, args);
  await t.mutation(api.reservations.reserve, { ...args, count: 200 });
  for (let call = 0; call < 20; call++)
    expect(await t.mutation(api.limits.rateLimit, args)).toMatchObject({ ok: false });
});
