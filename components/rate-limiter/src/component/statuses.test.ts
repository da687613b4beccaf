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

const base = { kind: "token bucket", rate: 6, period: HOUR } as const;

/** Everything that has been stored, as it is stored. */
const stored = (t: Test) =>
  t.run(async (ctx) => [
    await ctx.db.query("rateLimits").take(100),
    await ctx.db.query("events").take(100),
  ]);

describe.each([
  ["one row", base],
  ["shards", { ...base, shards: 3 }],
  ["the log", { ...base, applyUpdates: "asynchronously" }],
] as const)("on %s", (_mode, config) => {
  const args = { name: "a", key: "ada", config };
  const subject = { name: "a", key: "ada" };
  const all = { ...subject, limit: 6, window: HOUR };
  const consume = (t: Test, count = 1) => t.mutation(api.limits.consume, { ...args, count });
  const peek = (t: Test, count = 1) => t.query(api.limits.peek, { ...args, count });
  const charge = (t: Test, count: number) => t.mutation(api.limits.charge, { ...args, count });
  const refund = (t: Test, count: number) => t.mutation(api.limits.refund, { ...args, count });
  const block = (t: Test, more = {}) => t.mutation(api.limits.block, { ...args, ...more });

  test("consume grants and tells what is left", async () => {
    const t = setup();
    const first = await consume(t, 2);
    expect(first).toMatchObject({ ok: true, ...all, remaining: 4, used: 2 });
    // Two tokens on one of three shards are back only when that shard has added them.
    expect(first.resetAt).toBe(T0 + ("shards" in config ? HOUR : HOUR / 3));
    expect(first).not.toHaveProperty("retryAfter");
    expect(first).not.toHaveProperty("reason");
  });

  test("consume refuses, says why and when, and writes nothing", async () => {
    const t = setup();
    await consume(t, 6);
    const before = await stored(t);
    expect(await consume(t, 2)).toEqual({
      ok: false,
      ...all,
      remaining: 0,
      used: 6,
      retryAfter: HOUR / 3,
      resetAt: T0 + HOUR,
      reason: "limited",
    });
    expect(await stored(t)).toEqual(before);
  });

  test("consume throws only when refused, with the wait", async () => {
    const t = setup();
    const throwing = () => t.mutation(api.limits.consume, { ...args, count: 6, throws: true });
    expect(await throwing()).toMatchObject({ ok: true });
    await expect(throwing()).rejects.toMatchObject({
      data: { code: "RATE_LIMITED", kind: "RateLimited", name: "a", retryAfter: HOUR },
    });
  });

  test("what can never be granted is too large for consume and peek, and no wait is promised", async () => {
    const t = setup();
    await consume(t, 2);
    const before = await stored(t);
    for (const status of [await consume(t, 7), await peek(t, 7)]) {
      expect(status).toMatchObject({ ok: false, reason: "tooLarge", remaining: 4, used: 2 });
      expect(status).not.toHaveProperty("retryAfter");
    }
    expect(await stored(t)).toEqual(before);
  });

  test("peek answers what consume would, in queries and in mutations, and writes nothing", async () => {
    const t = setup();
    await consume(t, 4);
    const before = await stored(t);
    for (const count of [1, 2, 3, 7]) {
      const peeked = await peek(t, count);
      expect(await t.mutation(api.limits.peekInMutation, { ...args, count })).toEqual(peeked);
      expect(peeked.ok).toBe(count <= 2);
    }
    expect(await stored(t)).toEqual(before);
    const peeked = await peek(t, 3);
    expect(await consume(t, 3)).toEqual(peeked);
  });

  test("a charge goes into debt, which is worked off before anything is granted", async () => {
    const t = setup();
    expect(await charge(t, 9)).toMatchObject({
      ok: true,
      remaining: 0,
      used: 9,
      retryAfter: HOUR / 2,
    });
    expect(await consume(t)).toMatchObject({ ok: false, retryAfter: (HOUR * 4) / 6 });
    vi.setSystemTime(T0 + (HOUR * 4) / 6 - 1);
    expect(await consume(t)).toMatchObject({ ok: false, retryAfter: 1 });
    vi.setSystemTime(T0 + (HOUR * 4) / 6);
    expect(await consume(t)).toMatchObject({ ok: true, remaining: 0 });
  });

  test("a refund gives back what was used and no more", async () => {
    const t = setup();
    await charge(t, 8);
    expect(await refund(t, 3)).toMatchObject({ ok: true, remaining: 1, used: 5 });
    expect(await refund(t, 100)).toMatchObject({ ok: true, remaining: 6, used: 0 });
    expect(await refund(t, 1)).toMatchObject({ ok: true, remaining: 6, used: 0 });
    expect(await consume(t, 6)).toMatchObject({ ok: true });
    expect(await consume(t)).toMatchObject({ ok: false });
  });

  test("charges and refunds of nothing write nothing", async () => {
    const t = setup();
    await consume(t, 2);
    const before = await stored(t);
    expect(await charge(t, 0)).toMatchObject({ ok: true, used: 2 });
    expect(await refund(t, 0)).toMatchObject({ ok: true, used: 2 });
    expect(await stored(t)).toEqual(before);
  });

  test("a block refuses whatever is left, and lifts itself at its instant", async () => {
    const t = setup();
    await consume(t, 1);
    const refusal = { ok: false, reason: "blocked", retryAfter: MINUTE, remaining: 0 };
    const why = { blockReason: "abuse" };
    expect(await block(t, { durationMs: MINUTE, reason: "abuse" })).toMatchObject({
      ...refusal,
      ...why,
    });
    expect(await consume(t)).toMatchObject({ ...refusal, ...why });
    expect(await peek(t)).toMatchObject({ ...refusal, ...why, resetAt: (await peek(t)).resetAt });
    const plain = { ok: false, retryAfter: MINUTE };
    expect(await t.mutation(api.limits.rateLimit, args)).toEqual(plain);
    expect(await t.query(api.limits.checkRateLimit, args)).toEqual(plain);
    expect(await t.mutation(api.limits.checkRateLimitInMutation, args)).toEqual(plain);
    vi.setSystemTime(T0 + MINUTE - 1);
    expect(await consume(t)).toMatchObject({ ok: false, reason: "blocked", retryAfter: 1 });
    vi.setSystemTime(T0 + MINUTE);
    const after = await consume(t);
    expect(after).toMatchObject({ ok: true, remaining: 4 });
    expect(after).not.toHaveProperty("blockReason");
  });

  test("a blocked limit that lacks tokens too is refused until it has both", async () => {
    const t = setup();
    await consume(t, 6);
    await block(t, { durationMs: MINUTE });
    expect(await consume(t)).toMatchObject({ reason: "blocked", retryAfter: HOUR / 6 });
    await block(t, { durationMs: HOUR });
    expect(await consume(t)).toMatchObject({ reason: "blocked", retryAfter: HOUR });
  });

  test("a block without an end holds until it is lifted or reset, and may be replaced", async () => {
    const t = setup();
    await block(t);
    vi.setSystemTime(T0 + 1000 * HOUR);
    expect(await consume(t)).toMatchObject({ ok: false, reason: "blocked" });
    expect(await t.mutation(api.limits.unblock, args)).toMatchObject({ ok: true, remaining: 6 });
    expect(await consume(t, 2)).toMatchObject({ ok: true });
    await block(t, { expiresAt: Date.now() + HOUR });
    await block(t, { durationMs: MINUTE });
    expect(await consume(t)).toMatchObject({ ok: false, retryAfter: MINUTE });
    await t.mutation(api.limits.resetRateLimit, args);
    expect(await consume(t, 6)).toMatchObject({ ok: true });
  });

  test("unblock keeps what was used, and does nothing to a limit that is not blocked", async () => {
    const t = setup();
    await consume(t, 5);
    expect(await t.mutation(api.limits.unblock, args)).toMatchObject({ ok: true, used: 5 });
    expect(await consume(t, 2)).toMatchObject({ ok: false, reason: "limited" });
  });

  test("a blocked limit is charged and refunded all the same, and stays blocked", async () => {
    const t = setup();
    await consume(t, 2);
    await block(t, { durationMs: MINUTE, reason: "abuse" });
    // Nothing would be granted, and that is what `remaining` counts.
    const blocked = { ok: true, remaining: 0, blockReason: "abuse" };
    expect(await charge(t, 1)).toMatchObject({ ...blocked, used: 3 });
    expect(await charge(t, 6)).toMatchObject({ ...blocked, used: 9 });
    expect(await refund(t, 7)).toMatchObject({ ...blocked, used: 2 });
    expect(await refund(t, 1)).toMatchObject({ ...blocked, used: 1 });
    expect(await consume(t)).toMatchObject({ ok: false, reason: "blocked" });
  });

  test.each([
    [{ durationMs: 0 }, "durationMs"],
    [{ durationMs: NaN }, "durationMs"],
    [{ expiresAt: Infinity }, "expiresAt"],
    [{ durationMs: MINUTE, expiresAt: T0 }, "expiresAt"],
  ])("a block of %j is refused, and nothing is written", async (bad, field) => {
    const t = setup();
    await expect(block(t, bad)).rejects.toMatchObject({
      data: { code: "INVALID_RATE_LIMIT", field },
    });
    expect(await stored(t)).toEqual([[], []]);
  });

  test.each([NaN, -1, Infinity, 2 ** 53])(
    "no operation takes a count of %d, and nothing is written",
    async (count) => {
      const t = setup();
      const bad = { data: { code: "INVALID_RATE_LIMIT", field: "count" } };
      await expect(consume(t, count)).rejects.toMatchObject(bad);
      await expect(peek(t, count)).rejects.toMatchObject(bad);
      await expect(charge(t, count)).rejects.toMatchObject(bad);
      await expect(refund(t, count)).rejects.toMatchObject(bad);
      expect(await stored(t)).toEqual([[], []]);
    },
  );

  test("the caller's failure undoes whatever it did", async () => {
    const t = setup();
    await consume(t, 3);
    const before = await stored(t);
    const failing = t.run(async (ctx) => {
      await ctx.runMutation(api.limits.charge, { ...args, count: 5 });
      await ctx.runMutation(api.limits.refund, { ...args, count: 1 });
      await ctx.runMutation(api.limits.block, args);
      throw new Error("the caller changed its mind");
    });
    await expect(failing).rejects.toThrow("changed its mind");
    expect(await stored(t)).toEqual(before);
  });

  test("every operation sees what its own transaction has done", async () => {
    const t = setup();
    await consume(t, 2);
    await t.run(async (ctx) => {
      const run = (count: number) => ctx.runMutation(api.limits.consume, { ...args, count });
      expect(await run(1)).toMatchObject({ ok: true, used: 3 });
      await ctx.runMutation(api.limits.charge, { ...args, count: 9 });
      expect(await ctx.runMutation(api.limits.peekInMutation, args)).toMatchObject({ used: 12 });
      expect(await run(1)).toMatchObject({ ok: false, used: 12 });
      await ctx.runMutation(api.limits.refund, { ...args, count: 8 });
      expect(await run(1)).toMatchObject({ ok: true, used: 5 });
      await ctx.runMutation(api.limits.block, args);
      expect(await run(1)).toMatchObject({ ok: false, reason: "blocked" });
      await ctx.runMutation(api.limits.unblock, args);
      expect(await run(1)).toMatchObject({ ok: true, used: 6, remaining: 0 });
    });
    expect(await peek(t)).toMatchObject({ used: 6 });
  });
});

test.each([
  { kind: "token bucket", rate: 6, period: HOUR },
  { kind: "token bucket", rate: 6, period: HOUR, shards: 3 },
  { kind: "fixed window", rate: 6, period: HOUR },
  { kind: "sliding window", rate: 6, period: HOUR },
  { kind: "sliding log", rate: 6, period: HOUR },
  { kind: "calendar", rate: 6, unit: "month" },
] as const)("the largest charge leaves numbers behind: $kind", async (config) => {
  const t = setup();
  const args = { name: "a", config };
  for (let call = 0; call < 3; call++)
    await t.mutation(api.limits.charge, { ...args, count: Number.MAX_SAFE_INTEGER });
  const { remaining, used, resetAt, retryAfter } = await t.query(api.limits.peek, args);
  expect(remaining).toBe(0);
  for (const number of [used, resetAt, retryAfter]) expect(number).toSatisfy(Number.isFinite);
  for (const row of (await stored(t))[0] ?? [])
    for (const number of Object.values(row).filter((value) => typeof value === "number"))
      expect(number).toSatisfy(Number.isFinite);
  expect(await t.mutation(api.limits.refund, { ...args, count: 2 ** 53 - 1 })).toMatchObject({
    ok: true,
  });
});
