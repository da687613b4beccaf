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

const stored = (t: Test) => t.run((ctx) => ctx.db.query("overrides").take(100));
const base = { kind: "token bucket", rate: 6, period: HOUR, overrides: true } as const;

describe.each([
  ["one row", base],
  ["shards", { ...base, shards: 3 }],
  ["the log", { ...base, applyUpdates: "asynchronously" }],
] as const)("on %s", (_mode, config) => {
  const args = { name: "a", key: "ada", config };
  const override = (t: Test, values: object, expiresAt?: number) =>
    t.mutation(api.overrides.setOverride, { ...args, override: values, expiresAt });
  const clear = (t: Test) =>
    t.mutation(api.overrides.clearOverride, { name: args.name, key: args.key });
  const peek = (t: Test, more = {}) => t.query(api.limits.peek, { ...args, ...more });
  const limit = (t: Test, more = {}) => t.mutation(api.limits.rateLimit, { ...args, ...more });

  test("an override holds at once, for its key alone, and what was used stays used", async () => {
    const t = setup();
    await limit(t, { count: 5 });
    await override(t, { rate: 20 });
    expect(await peek(t)).toMatchObject({ limit: 20, used: 5, remaining: 15 });
    expect(await peek(t, { key: "bob" })).toMatchObject({ limit: 6, remaining: 6 });
    expect(await peek(t, { key: undefined })).toMatchObject({ limit: 6 });
    expect(await peek(t, { name: "b" })).toMatchObject({ limit: 6 });
    expect(await limit(t, { count: 15 })).toEqual({ ok: true });
    expect(await limit(t)).toEqual({ ok: false, retryAfter: HOUR / 20 });
    expect(await t.query(api.limits.checkRateLimit, args)).toMatchObject({ ok: false });
    expect(await t.query(api.limits.getValue, args)).toMatchObject({ config: { rate: 20 } });
  });

  test("a lowered limit is in debt by what was used beyond it", async () => {
    const t = setup();
    await limit(t, { count: 6 });
    await override(t, { rate: 3 });
    expect(await peek(t)).toMatchObject({ limit: 3, used: 6, remaining: 0 });
    expect(await limit(t)).toEqual({ ok: false, retryAfter: (4 * HOUR) / 3 });
  });

  test("it ends when cleared or expired, and then the limit is as it is defined", async () => {
    const t = setup();
    await override(t, { capacity: 100 }, T0 + 1000);
    expect(await peek(t)).toMatchObject({ limit: 100 });
    vi.setSystemTime(T0 + 1000);
    expect(await peek(t)).toMatchObject({ limit: 6 });
    await override(t, { capacity: 50 });
    expect(await peek(t)).toMatchObject({ limit: 50 });
    expect(await clear(t)).toBe(true);
    expect(await clear(t)).toBe(false);
    expect(await peek(t)).toMatchObject({ limit: 6 });
  });

  test("a later override replaces the earlier one, its end included", async () => {
    const t = setup();
    await override(t, { rate: 20 }, T0 + 1000);
    await override(t, { capacity: 9 });
    vi.setSystemTime(T0 + 2000);
    expect(await peek(t)).toMatchObject({ limit: 9 });
    expect(await stored(t)).toHaveLength(1);
  });

  test("a reset forgets what was used and keeps the override", async () => {
    const t = setup();
    await override(t, { rate: 20 });
    await limit(t, { count: 20 });
    await t.mutation(api.limits.resetRateLimit, args);
    expect(await peek(t)).toMatchObject({ limit: 20, remaining: 20 });
  });

  test("an override set in the same transaction holds for it", async () => {
    const t = setup();
    await t.run(async (ctx) => {
      await ctx.runMutation(api.overrides.setOverride, { ...args, override: { rate: 20 } });
      expect(await ctx.runMutation(api.limits.rateLimit, { ...args, count: 20 })).toEqual({
        ok: true,
      });
    });
  });

  test.each([
    [{ override: { rate: 0 } }, "rate"],
    [{ override: { rate: NaN } }, "rate"],
    [{ override: { max: 3 } }, "max"],
    [{ override: { rate: 1 }, expiresAt: NaN }, "expiresAt"],
    [{ override: { rate: 1 }, key: "k".repeat(1025) }, "key"],
    [{ override: { rate: 1 }, config: { ...config, overrides: false } }, "overrides"],
  ])("bad input is refused and nothing is written: %j", async (bad, field) => {
    const t = setup();
    await expect(t.mutation(api.overrides.setOverride, { ...args, ...bad })).rejects.toMatchObject({
      data: { code: "INVALID_RATE_LIMIT", field },
    });
    expect(await stored(t)).toEqual([]);
  });
});

test("limits that declare no overrides do not look for them", async () => {
  const t = setup();
  await t.mutation(api.overrides.setOverride, { name: "a", config: base, override: { rate: 20 } });
  const plain = { name: "a", config: { ...base, overrides: undefined } };
  expect(await t.query(api.limits.peek, plain)).toMatchObject({ limit: 6 });
});

test("a concurrency limit can be overridden too", async () => {
  const t = setup();
  const config = { kind: "concurrency", max: 1, overrides: true } as const;
  const args = { name: "jobs", key: "ada", config };
  const acquire = () => t.mutation(api.leases.acquire, args);
  await acquire();
  expect(await acquire()).toMatchObject({ ok: false });
  const bad = t.mutation(api.overrides.setOverride, { ...args, override: { rate: 3 } });
  await expect(bad).rejects.toMatchObject({ data: { field: "rate" } });
  await t.mutation(api.overrides.setOverride, { ...args, override: { max: 2, ttlMs: 5000 } });
  expect(await acquire()).toMatchObject({ ok: true, active: 2, expiresAt: T0 + 5000 });
  expect(await t.query(api.limits.peek, args)).toMatchObject({ limit: 2, window: 5000 });
});

test("limitAll, reservations and their settlement follow the override", async () => {
  const t = setup();
  const args = { name: "a", config: base };
  await t.mutation(api.overrides.setOverride, { ...args, override: { rate: 20 } });
  expect(await t.mutation(api.limits.limitAll, { items: [{ ...args, count: 12 }] })).toMatchObject({
    ok: true,
    results: [{ limit: 20 }],
  });
  const reserved = await t.mutation(api.reservations.reserve, { ...args, count: 8 });
  if (!reserved.ok) throw new Error("nothing was reserved");
  const { reservationId } = reserved;
  expect(await t.mutation(api.reservations.settle, { reservationId, count: 3 })).toMatchObject({
    limit: 20,
    used: 15,
  });
});
