import { convexTest } from "convex-test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { modules } from "../test.js";
import { api } from "./_generated/api.js";
import schema from "./schema.js";

const T0 = new Date("2026-01-01T00:00:00Z").getTime();
const MINUTE = 60_000;
const config = { kind: "fixed window", rate: 10, period: MINUTE, capacity: 20, start: 0 } as const;

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

test("a sweep of shards that have drained mints nothing for another number of shards", async () => {
  const t = convexTest(schema, modules);
  const limit = (count: number, shards: number) =>
    t.mutation(api.limits.rateLimit, { name: "a", count, config: { ...config, shards } });
  expect(await limit(10, 1)).toEqual({ ok: true });
  expect(await limit(3, 4)).toEqual({ ok: true });
  vi.setSystemTime(T0 + 61_000);
  await t.mutation(api.sweeps.sweep);
  expect(await limit(18, 1)).toMatchObject({ ok: false });
  expect(await limit(17, 1)).toEqual({ ok: true });
});

test("the rows of a limit with shards go together, when all of them have drained", async () => {
  const t = convexTest(schema, modules);
  const rows = () => t.run(async (ctx) => (await ctx.db.query("rateLimits").take(10)).length);
  const args = { name: "a", count: 13, config: { ...config, shards: 4 } };
  expect(await t.mutation(api.limits.rateLimit, args)).toEqual({ ok: true });
  const made = await rows();
  vi.setSystemTime(T0 + 61_000);
  await t.mutation(api.sweeps.sweep);
  expect(await rows()).toBe(made);
  vi.setSystemTime(T0 + 121_000);
  await t.mutation(api.sweeps.sweep);
  expect(await rows()).toBe(0);
});
