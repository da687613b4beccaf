import { convexTest } from "convex-test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import rateLimiter, { modules } from "../test.js";
import { api, internal } from "./_generated/api.js";
import { background } from "./model/background.js";
import schema from "./schema.js";

const T0 = new Date("2026-01-01T00:00:00Z").getTime();
const HOUR = 3_600_000;
const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ now: T0 });
  background.isOn = true;
  // No checkpoint or sweep by chance: tests that want one ask for it.
  vi.spyOn(Math, "random").mockReturnValue(0.999);
});

afterEach(() => {
  vi.useRealTimers();
});

const setup = () => convexTest(schema, modules);
type Test = ReturnType<typeof setup>;
const TABLES = ["rateLimits", "events", "checkpoints", "leases", "reservations"] as const;

const stored = (t: Test) =>
  t.run(async (ctx) => {
    let count = 0;
    for (const table of TABLES) count += (await ctx.db.query(table).take(5000)).length;
    return count;
  });
const jobs = (t: Test) => t.run((ctx) => ctx.db.system.query("_scheduled_functions").take(1000));
const succeeded = async (t: Test) =>
  (await jobs(t)).filter(({ state }) => state.kind === "success").length;
const finish = (t: Test) => t.finishAllScheduledFunctions(vi.runAllTimers);

const bucket = { kind: "token bucket", rate: 5, period: HOUR } as const;
const concurrent = { ...bucket, applyUpdates: "asynchronously" } as const;
const leases = { kind: "concurrency", max: 5 } as const;

/** Something in every table. */
async function fill(t: Test, name: string, key: string) {
  const args = { name, key, config: bucket };
  await t.mutation(api.limits.consume, args);
  await t.mutation(api.reservations.reserve, args);
  await t.mutation(api.limits.consume, { ...args, config: concurrent });
  vi.mocked(Math.random).mockReturnValueOnce(0);
  await t.mutation(api.limits.consume, { ...args, config: concurrent });
  await t.mutation(api.leases.acquire, { ...args, config: leases });
}

/** Rows as the component writes them, without its calls: a thousand of those take their time. */
const insertRows = (t: Test, count: number, row: object = {}) =>
  t.run(async (ctx) => {
    const fields = { name: "a", shard: 0, value: 0, ts: T0, freeAt: T0 + HOUR, ...row };
    for (let key = 0; key < count; key++)
      await ctx.db.insert("rateLimits", { ...fields, key: `key ${key}` });
  });

describe("clearAll", () => {
  test("forgets everything that was used, and keeps overrides", async () => {
    const t = setup();
    for (const name of ["a", "b"]) await fill(t, name, "ada");
    const config = { ...bucket, overrides: true };
    await t.mutation(api.overrides.setOverride, { name: "a", config, override: { rate: 9 } });
    await t.mutation(api.sweeps.clearAll, {});
    await finish(t);
    expect(await stored(t)).toBe(0);
    expect(await t.query(api.limits.peek, { name: "a", config })).toMatchObject({ limit: 9 });
  });

  test("goes on by itself, batch by batch, and then stops", async () => {
    const t = setup();
    await insertRows(t, 600);
    await t.mutation(api.sweeps.clearAll, {});
    const left = await stored(t);
    expect(left).toBeGreaterThan(0);
    await finish(t);
    expect(await stored(t)).toBe(0);
    // As many rows each as the first has deleted.
    expect(await succeeded(t)).toBe(Math.floor(600 / (600 - left)));
  });

  test("with an instant leaves what was of use since, however old it is", async () => {
    const t = setup();
    const day = { ...bucket, period: 24 * HOUR };
    await t.mutation(api.limits.consume, { name: "a", key: "spent", config: day, count: 5 });
    await t.mutation(api.limits.consume, { name: "a", key: "drained", config: bucket });
    await t.mutation(api.limits.block, { name: "a", key: "blocked", config: bucket });
    vi.setSystemTime(T0 + 10 * HOUR);
    await t.mutation(api.limits.consume, { name: "a", key: "recent", config: bucket });
    await t.mutation(api.sweeps.clearAll, { before: Date.now() - HOUR / 2 });
    await finish(t);
    const rows = await t.run((ctx) => ctx.db.query("rateLimits").take(10));
    expect(rows.map(({ key }) => key).sort()).toEqual(["blocked", "recent", "spent"]);
    const spent = { name: "a", key: "spent", config: day, count: 4 };
    expect(await t.mutation(api.limits.rateLimit, spent)).toMatchObject({ ok: false });
  });

  test("with an instant ends too, with many rows to go and many that stay", async () => {
    const t = setup();
    await insertRows(t, 300);
    await insertRows(t, 300, { freeAt: T0 + 10 * HOUR, name: "stays" });
    vi.setSystemTime(T0 + 5 * HOUR);
    await t.mutation(api.sweeps.clearAll, { before: T0 + 4 * HOUR });
    await finish(t);
    expect(await stored(t)).toBe(300);
  });
});

describe("resetAll", () => {
  test("forgets one limit of every key, in whichever table, and no other limit", async () => {
    const t = setup();
    for (const name of ["a", "b"]) for (const key of ["ada", "bob"]) await fill(t, name, key);
    const before = await stored(t);
    const { deleted, isDone } = await t.mutation(api.sweeps.resetAll, { name: "a" });
    expect({ deleted, isDone }).toEqual({ deleted: before / 2, isDone: true });
    expect(await stored(t)).toBe(before / 2);
    for (const config of [bucket, concurrent, leases]) {
      const peek = (name: string) => t.query(api.limits.peek, { name, key: "ada", config });
      expect((await peek("a")).used).toBe(0);
      expect((await peek("b")).used).toBeGreaterThan(0);
    }
  });

  test("takes a batch at a time, and says when it is done", async () => {
    const t = setup();
    await insertRows(t, 600);
    const reset = () => t.mutation(api.sweeps.resetAll, { name: "a" });
    let deleted = 0;
    for (let batch = await reset(); ; batch = await reset()) {
      deleted += batch.deleted;
      expect(batch.isDone).toBe(deleted === 600);
      if (batch.isDone) break;
    }
    expect(await reset()).toEqual({ deleted: 0, isDone: true });
    expect(await jobs(t)).toEqual([]);
  });
});

describe("sweeps in the background", () => {
  test("go on until nothing is left, and then stop", async () => {
    const t = setup();
    await insertRows(t, 600);
    vi.setSystemTime(T0 + 2 * HOUR);
    await t.mutation(internal.sweeps.background);
    expect(await jobs(t)).toHaveLength(1);
    await finish(t);
    expect(await stored(t)).toBe(0);
    expect(await succeeded(t)).toBe((await jobs(t)).length);
  });

  test("stop while there is traffic: they neither wait for young events nor multiply", async () => {
    const t = setup();
    for (let key = 0; key < 20; key++)
      await t.mutation(api.limits.consume, { name: "a", key: `${key}`, config: concurrent });
    await t.mutation(internal.sweeps.background);
    expect(await jobs(t)).toEqual([]);
  });

  test("two at a time delete what one would, and fail at nothing", async () => {
    const t = setup();
    await insertRows(t, 100);
    for (let key = 0; key < 20; key++)
      await t.mutation(api.limits.consume, { name: "a", key: `${key}`, config: concurrent });
    vi.setSystemTime(T0 + 2 * HOUR);
    const sweep = () => t.mutation(api.sweeps.sweep, {});
    const [one, other] = await Promise.all([sweep(), sweep()]);
    expect(one.deleted).toBeGreaterThan(0);
    // Each row, each event, and the checkpoint that each of those left.
    expect(one.deleted + other.deleted).toBe(100 + 20 + 20);
    expect(await stored(t)).toBe(0);
  });

  test("are scheduled by some requests that make a row or an event, and by no others", async () => {
    const t = setup();
    const draw = (value: number) => vi.mocked(Math.random).mockReturnValue(value);
    const consume = (config: typeof bucket | typeof concurrent, more = {}) =>
      t.mutation(api.limits.consume, { name: "a", config, ...more });
    await consume(bucket);
    await consume(concurrent);
    expect(await jobs(t)).toEqual([]);
    draw(0);
    await consume(bucket);
    await consume(bucket, { count: 5 });
    await consume(bucket, { key: "quiet", autoSweep: false });
    expect(await jobs(t)).toEqual([]);
    await consume(bucket, { key: "new" });
    await consume(concurrent);
    const scheduled = await jobs(t);
    expect(scheduled.map(({ scheduledTime }) => scheduledTime - T0)).toEqual([0, 1.5 * MINUTE]);
    draw(0.999);
    await finish(t);
    expect(await jobs(t)).toHaveLength(2);
  });

  test("are off in tests of apps, unless they ask for them", async () => {
    const t = setup();
    vi.mocked(Math.random).mockReturnValue(0);
    rateLimiter.register(t);
    await t.mutation(api.limits.consume, { name: "a", key: "off", config: bucket });
    expect(await jobs(t)).toEqual([]);
    rateLimiter.register(t, "other", { background: true });
    await t.mutation(api.limits.consume, { name: "a", key: "on", config: bucket });
    expect(await jobs(t)).toHaveLength(1);
    await finish(t);
  });
});
