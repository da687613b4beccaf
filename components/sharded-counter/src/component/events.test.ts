import { convexTest } from "convex-test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Addition, Counter } from "../shared/validators.js";
import { modules } from "../test.js";
import { api, internal } from "./_generated/api.js";
import type { Id } from "./_generated/dataModel.js";
import { background } from "./model/background.js";
import schema from "./schema.js";

const T0 = new Date("2026-01-01T00:00:00Z").getTime();
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NANOSECONDS = 1_000_000n;

/** More than any draw needs to do nothing: tests that want a checkpoint or a sweep ask for it. */
const NEVER = 0.999;

beforeEach(() => {
  vi.useFakeTimers({ now: T0 });
  vi.spyOn(Math, "random").mockReturnValue(NEVER);
});

afterEach(() => {
  background.isOn = true;
  vi.useRealTimers();
});

const setup = () => convexTest(schema, modules);
type Test = ReturnType<typeof setup>;

const add = (t: Test, count = 1, more: Partial<Addition> = {}) =>
  t.mutation(api.counters.addMany, { additions: [{ name: "a", count, ...more }] });
const count = (t: Test, name = "a") => t.query(api.counters.count, { name });
const set = (t: Test, value: number, more: Partial<Counter> = {}) =>
  t.mutation(api.counters.set, { name: "a", value, ...more });
const snapshotCount = (t: Test, name = "a") =>
  t
    .mutation(api.counters.countManyInMutation, { counters: [{ name, shards: [] }] })
    .then(([total]) => total);
const size = (t: Test, table: "events" | "checkpoints" | "history" | "onceKeys" | "sweeps") =>
  t.run(async (ctx) => (await ctx.db.query(table).take(9000)).length);
const sweep = (t: Test) => t.mutation(api.events.sweep);

/** An addition that also makes a checkpoint of what was committed before it. */
async function addWithCheckpoint(t: Test, count = 1) {
  vi.mocked(Math.random).mockReturnValueOnce(0);
  return add(t, count);
}

/** Time passes, and something is committed elsewhere: the database's clock moves with commits. */
async function pass(t: Test, ms: number) {
  vi.setSystemTime(Date.now() + ms);
  await add(t, 1, { name: "elsewhere" });
}

describe("the log", () => {
  test("has one event per addition, and no job is scheduled for it", async () => {
    const t = setup();
    for (let call = 0; call < 10; call++) await add(t);
    expect(await count(t)).toBe(10);
    expect(await size(t, "events")).toBe(10);
    const jobs = await t.run((ctx) => ctx.db.system.query("_scheduled_functions").take(9));
    expect(jobs).toEqual([]);
  });

  test("is counted alike in queries and in mutations, wherever checkpoints were made", async () => {
    const t = setup();
    for (let call = 1; call <= 40; call++) {
      await (call % 7 === 0 ? addWithCheckpoint(t, call / 10) : add(t, call / 10));
      const total = await count(t);
      expect(total).toBeCloseTo((call * (call + 1)) / 20, 9);
      expect(await snapshotCount(t)).toBe(total);
    }
  });

  test("gives the same total from any subset of its checkpoints, to the last bit", async () => {
    const t = setup();
    for (let call = 1; call <= 60; call++)
      await (call % 9 === 0 ? addWithCheckpoint(t, 1 / call) : add(t, 1 / call));
    const total = await count(t);
    for (;;) {
      const checkpoint = await t.run(async (ctx) => {
        const newest = await ctx.db.query("checkpoints").order("desc").first();
        if (newest) await ctx.db.delete("checkpoints", newest._id);
        return newest;
      });
      expect(await count(t)).toBe(total);
      if (!checkpoint) return;
    }
  });

  test("shows a mutation what it has added itself, and one checkpoint however much that is", async () => {
    const t = setup();
    await add(t, 5);
    vi.mocked(Math.random).mockReturnValue(0);
    await t.run(async (ctx) => {
      for (let call = 0; call < 100; call++)
        await ctx.runMutation(api.counters.addMany, { additions: [{ name: "a", count: 2 }] });
      const counters = [{ name: "a", shards: [] }];
      expect(await ctx.runMutation(api.counters.countManyInMutation, { counters })).toEqual([205]);
      expect(await ctx.runQuery(api.counters.count, { name: "a" })).toBe(205);
    });
    expect(await size(t, "checkpoints")).toBe(1);
    expect(await count(t)).toBe(205);
  });

  test("starts anew in the middle of a mutation", async () => {
    const t = setup();
    await add(t, 5);
    await t.run(async (ctx) => {
      await ctx.runMutation(api.counters.addMany, { additions: [{ name: "a", count: 2 }] });
      await ctx.runMutation(api.counters.set, { name: "a", value: 100 });
      await ctx.runMutation(api.counters.addMany, { additions: [{ name: "a", count: 3 }] });
    });
    expect(await count(t)).toBe(103);
    await addWithCheckpoint(t);
    expect(await count(t)).toBe(104);
  });

  /** A mutation that appends so many events to one name. */
  const appendAtOnce = (t: Test, events: number) =>
    t.run(async (ctx) => {
      const seq = ctx.db.vars.commitTs;
      for (let event = 0; event < events; event++)
        await ctx.db.insert("events", { name: "a", kind: "add", count: 1, seq });
    });
  const checkpoints = (t: Test) => t.run((ctx) => ctx.db.query("checkpoints").take(9));

  test("has no checkpoint that holds half of a transaction", async () => {
    const t = setup();
    await appendAtOnce(t, 600);
    await appendAtOnce(t, 600);
    await addWithCheckpoint(t);
    expect(await checkpoints(t)).toMatchObject([{ total: 600 }]);
    await pass(t, 2 * MINUTE);
    for (let call = 0; call < 3; call++) await sweep(t);
    expect(await count(t)).toBe(1201);
  });

  test("has checkpoints of a transaction that is longer than an addition reads otherwise", async () => {
    const t = setup();
    await appendAtOnce(t, 1200);
    await addWithCheckpoint(t);
    expect(await checkpoints(t)).toMatchObject([{ total: 1200 }]);
    expect(await count(t)).toBe(1201);
  });

  test("costs a mutation that adds a thousand times one long read at most", async () => {
    const t = setup();
    await appendAtOnce(t, 4500);
    background.isOn = false;
    vi.mocked(Math.random).mockReturnValue(0);
    const used = await t.run(async (ctx) => {
      for (let call = 0; call < 1000; call++)
        await ctx.runMutation(api.counters.addMany, { additions: [{ name: "a", count: 1 }] });
      return ctx.meta.getTransactionMetrics();
    });
    expect(used.documentsRead.used).toBe(1000 + 4500);
    expect(used.databaseQueries.used).toBe(4);
  }, 30_000);

  test("costs a mutation that adds a thousand times to a new name few queries", async () => {
    const t = setup();
    background.isOn = false;
    vi.mocked(Math.random).mockReturnValue(0);
    const used = await t.run(async (ctx) => {
      for (let call = 0; call < 1000; call++)
        await ctx.runMutation(api.counters.addMany, { additions: [{ name: "a", count: 1 }] });
      return ctx.meta.getTransactionMetrics();
    });
    expect(used.databaseQueries.used).toBeLessThan(260);
  }, 30_000);

  test("has a short tail and asks for sweeps, too, if it is only ever set and reset", async () => {
    const t = setup();
    for (let call = 0; call < 30; call++) {
      await set(t, call);
      await t.mutation(api.counters.reset, { name: "a" });
    }
    vi.mocked(Math.random).mockReturnValueOnce(0);
    await set(t, 7);
    const read = await t.run(async (ctx) => {
      expect(await ctx.runQuery(api.counters.count, { name: "a" })).toBe(7);
      return (await ctx.meta.getTransactionMetrics()).documentsRead.used;
    });
    expect(read).toBe(2);
    const jobs = await t.run((ctx) => ctx.db.system.query("_scheduled_functions").take(9));
    expect(jobs).toHaveLength(1);
  });

  test("rolls up to its last checkpoint, or to now as long as it has none", async () => {
    const t = setup();
    const rollup = () => t.query(api.events.rollup, { name: "a" });
    expect(await rollup()).toEqual({ count: 0, asOf: 0 });
    await add(t, 5);
    expect(await rollup()).toEqual({ count: 5, asOf: T0 });
    await addWithCheckpoint(t, 7);
    await add(t, 1);
    expect(await rollup()).toEqual({ count: 5, asOf: T0 });
  });

  test("rolls up with what rows hold from before", async () => {
    const t = setup();
    const rollup = () => t.query(api.events.rollup, { name: "a" });
    await add(t, 10_000, { shards: 4 });
    expect(await rollup()).toEqual({ count: 10_000, asOf: T0 });
    await add(t, 1);
    expect(await rollup()).toEqual({ count: 10_001, asOf: T0 });
    await addWithCheckpoint(t);
    expect(await rollup()).toEqual({ count: 10_001, asOf: T0 });
  });

  test("rolls up to a beginning at once, however long nobody adds after it", async () => {
    const t = setup();
    const rollup = () => t.query(api.events.rollup, { name: "a" });
    await add(t, 5);
    await addWithCheckpoint(t);
    await t.mutation(api.counters.reset, { name: "a" });
    expect(await rollup()).toMatchObject({ count: 0 });
    await set(t, 8);
    expect(await rollup()).toMatchObject({ count: 8 });
  });
});

describe("a sweep", () => {
  test("deletes nothing before a checkpoint is a minute old, and what it holds after", async () => {
    const t = setup();
    for (let call = 0; call < 5; call++) await add(t);
    await addWithCheckpoint(t, 10);
    await pass(t, 59 * SECOND);
    expect(await sweep(t)).toEqual({ deleted: 0, isDone: true });
    expect(await size(t, "events")).toBe(7);
    await pass(t, 2 * SECOND);
    expect(await sweep(t)).toEqual({ deleted: 5, isDone: true });
    expect(await count(t)).toBe(15);
    expect(await snapshotCount(t)).toBe(15);
  });

  test("deletes nothing that a newer checkpoint of an older past still needs", async () => {
    const t = setup();
    for (let call = 1; call <= 4; call++) {
      await add(t, call);
      vi.setSystemTime(Date.now() + SECOND);
    }
    // Two additions made checkpoints at once: the one that began earlier commits later.
    const events = await t.run((ctx) => ctx.db.query("events").take(9));
    const fold = (total: number, last: number) =>
      t.run((ctx) => {
        const upTo = BigInt(events[last]?.seq as bigint);
        return ctx.db.insert("checkpoints", { name: "a", total, upTo, seq: ctx.db.vars.commitTs });
      });
    await fold(10, 3);
    vi.setSystemTime(Date.now() + 30 * SECOND);
    await fold(3, 1);
    expect(await count(t)).toBe(10);
    await pass(t, 31 * SECOND);
    expect(await sweep(t)).toEqual({ deleted: 2, isDone: true });
    expect(await count(t)).toBe(10);
    expect(await snapshotCount(t)).toBe(10);
    await addWithCheckpoint(t, 5);
    for (let call = 0; call < 3; call++) {
      await pass(t, 2 * MINUTE);
      await sweep(t);
      expect(await count(t)).toBe(15);
    }
  });

  test("may be repeated at any time between additions, and never changes a count", async () => {
    const t = setup();
    let total = 0;
    for (let call = 1; call <= 60; call++) {
      total += call;
      await (call % 8 === 0 ? addWithCheckpoint(t, call) : add(t, call));
      await pass(t, (call % 5) * 17 * SECOND);
      if (call % 3 === 0) await sweep(t);
      expect(await count(t)).toBe(total);
      expect(await snapshotCount(t)).toBe(total);
    }
    expect(await size(t, "events")).toBeLessThan(60);
  });

  test("forgets a name that is 0 when nothing is left of it", async () => {
    const t = setup();
    await add(t, 5);
    await add(t, -5);
    await pass(t, 2 * MINUTE);
    await sweep(t);
    expect(await size(t, "checkpoints")).toBeGreaterThan(0);
    await pass(t, 2 * MINUTE);
    await sweep(t);
    const names = await t.run((ctx) => ctx.db.query("checkpoints").take(9));
    expect(names.map(({ name }) => name)).not.toContain("a");
    expect(await count(t)).toBe(0);
    await add(t, 2);
    expect(await count(t)).toBe(2);
  });

  test("does not forget a name at 0 of which it has deleted a part only", async () => {
    const t = setup();
    await t.run(async (ctx) => {
      const event = { name: "a", kind: "add", seq: ctx.db.vars.commitTs } as const;
      for (let row = 0; row < 512; row++) await ctx.db.insert("events", { ...event, count: 1 });
      await ctx.db.insert("events", { ...event, count: -512 });
    });
    await pass(t, 2 * MINUTE);
    await sweep(t);
    await pass(t, 2 * MINUTE);
    expect(await sweep(t)).toEqual({ deleted: 512, isDone: false });
    expect(await count(t)).toBe(0);
    expect(await sweep(t)).toMatchObject({ isDone: true });
    expect(await count(t)).toBe(0);
  });

  test("finds its way through more checkpoints than it can read", async () => {
    const t = setup();
    await add(t, 3);
    const upTo = await t.run(async (ctx) =>
      BigInt((await ctx.db.query("events").first())?.seq as bigint),
    );
    for (let batch = 0; batch < 3; batch++) {
      vi.setSystemTime(Date.now() + 70 * SECOND);
      await t.run(async (ctx) => {
        const seq = ctx.db.vars.commitTs;
        for (let row = 0; row < 1100; row++)
          await ctx.db.insert("checkpoints", { name: "a", total: 3, upTo, seq });
      });
    }
    await pass(t, 70 * SECOND);
    for (let call = 0; call < 9; call++) {
      await sweep(t);
      expect(await count(t)).toBe(3);
    }
    expect(await t.run((ctx) => ctx.db.query("events").first())).toMatchObject({
      name: "elsewhere",
    });
  });
});

describe("the chain of sweeps", () => {
  /** Lets time and what is scheduled pass, and says how many jobs ran. */
  async function run(t: Test, ms: number) {
    const jobs = async () =>
      (await t.run((ctx) => ctx.db.system.query("_scheduled_functions").take(9000))).length;
    const before = await jobs();
    for (let passed = 0; passed < ms; passed += 10 * SECOND) {
      vi.advanceTimersByTime(10 * SECOND);
      await t.finishInProgressScheduledFunctions();
    }
    return (await jobs()) - before;
  }

  /** An addition that asks for a sweep. */
  async function addWithSweep(t: Test, more: Partial<Addition> = {}) {
    vi.mocked(Math.random).mockReturnValueOnce(NEVER).mockReturnValueOnce(0);
    return add(t, 1, more);
  }

  test("ends with one checkpoint per name and no events after a burst and silence", async () => {
    const t = setup();
    const additions = Array.from({ length: 130 }, (_, index) => ({
      name: `name ${index}`,
      count: 1,
    }));
    for (let call = 0; call < 4; call++) await t.mutation(api.counters.addMany, { additions });
    await addWithSweep(t);
    await run(t, 10 * MINUTE);
    expect(await size(t, "events")).toBe(0);
    expect(await size(t, "checkpoints")).toBe(131);
    expect(await size(t, "sweeps")).toBe(0);
    expect(await count(t, "name 129")).toBe(4);
    expect(await run(t, 10 * MINUTE)).toBe(0);
  }, 30_000);

  test("is one, however many ask for it", async () => {
    const t = setup();
    for (let call = 0; call < 5; call++) await addWithSweep(t);
    await run(t, 100 * SECOND);
    expect(await size(t, "sweeps")).toBe(1);
    await addWithSweep(t);
    expect(await run(t, 90 * SECOND)).toBeLessThanOrEqual(2);
    await run(t, 10 * MINUTE);
    expect(await size(t, "events")).toBe(0);
    expect(await size(t, "sweeps")).toBe(0);
  });

  test("is taken over when it died", async () => {
    const t = setup();
    await t.run((ctx) => ctx.db.insert("sweeps", { runAt: T0 - 11 * MINUTE }));
    await addWithSweep(t);
    await run(t, 10 * MINUTE);
    expect(await size(t, "events")).toBe(0);
    expect(await size(t, "sweeps")).toBe(0);
  });

  test("runs on by itself only as long as its row says that it is the one", async () => {
    const t = setup();
    const chain = await t.run((ctx) => ctx.db.insert("sweeps", { runAt: T0 }));
    await t.run((ctx) => ctx.db.delete("sweeps", chain));
    await add(t);
    vi.setSystemTime(T0 + 2 * MINUTE);
    await t.mutation(internal.events.runSweep, { chain });
    expect(await size(t, "checkpoints")).toBe(0);
    expect(await size(t, "sweeps")).toBe(0);
  });

  test("waits for keys of `once` to expire, and makes way for a sooner one", async () => {
    const t = setup();
    await t.mutation(api.events.once, { name: "a", count: 1, key: "k", ttlMs: HOUR });
    await addWithSweep(t);
    await run(t, 10 * MINUTE);
    expect(await size(t, "events")).toBe(0);
    expect(await size(t, "onceKeys")).toBe(1);
    await addWithSweep(t);
    await run(t, 10 * MINUTE);
    expect(await size(t, "events")).toBe(0);
    await run(t, HOUR);
    expect(await size(t, "onceKeys")).toBe(0);
    expect(await size(t, "sweeps")).toBe(0);
    expect(await count(t)).toBe(3);
  });

  test("comes again at once only for more keys than it could delete", async () => {
    const t = setup();
    const insertKeys = (keys: number, expiresAt: number) =>
      t.run(async (ctx) => {
        for (let key = 0; key < keys; key++)
          await ctx.db.insert("onceKeys", { name: "a", key: `${key} ${expiresAt}`, expiresAt });
      });
    const nextRunAt = async (chain: Id<"sweeps">) => {
      await t.mutation(internal.events.runSweep, { chain });
      return (await t.run((ctx) => ctx.db.get("sweeps", chain)))?.runAt;
    };
    const chain = await t.run((ctx) => ctx.db.insert("sweeps", { runAt: T0 }));
    await insertKeys(513, T0);
    await insertKeys(1, T0 + 1);
    expect(await nextRunAt(chain)).toBe(T0);
    expect(await nextRunAt(chain)).toBe(T0 + 90 * SECOND);
    expect(await size(t, "onceKeys")).toBe(1);
  });

  test("looks at keys once a day, however long they are to be kept", async () => {
    const t = setup();
    await t.run((ctx) =>
      ctx.db.insert("onceKeys", { name: "a", key: "k", expiresAt: T0 + 9 * 365 * DAY }),
    );
    await t.mutation(internal.events.runSweep, {});
    expect(await t.run((ctx) => ctx.db.query("sweeps").take(9))).toMatchObject([
      { runAt: T0 + DAY },
    ]);
    const jobs = await t.run((ctx) => ctx.db.system.query("_scheduled_functions").take(9));
    expect(jobs).toMatchObject([{ scheduledTime: T0 + DAY }]);
  });

  test("is not asked for in users' tests", async () => {
    background.isOn = false;
    const t = setup();
    vi.mocked(Math.random).mockReturnValue(0);
    for (let call = 0; call < 5; call++) await add(t);
    expect(await run(t, 10 * MINUTE)).toBe(0);
  });
});

describe("once", () => {
  const once = (t: Test, key: string, more: Partial<Addition & { ttlMs: number }> = {}) =>
    t
      .mutation(api.events.once, { name: "a", count: 5, key, ttlMs: HOUR, ...more })
      .then(({ isFirst }) => isFirst);

  test("adds the first time, for each key and each name", async () => {
    const t = setup();
    expect(await once(t, "event 1")).toBe(true);
    expect(await once(t, "event 1")).toBe(false);
    expect(await count(t)).toBe(5);
    expect(await once(t, "event 2")).toBe(true);
    expect(await once(t, "event 1", { name: "b" })).toBe(true);
    expect(await once(t, "event 3", { shards: 4 })).toBe(true);
    expect(await count(t)).toBe(15);
  });

  test("adds again after its time to live, and forgets the key, not the count", async () => {
    const t = setup();
    await once(t, "event 1");
    vi.setSystemTime(T0 + HOUR - 1);
    expect(await once(t, "event 1")).toBe(false);
    vi.setSystemTime(T0 + HOUR);
    expect(await once(t, "event 1")).toBe(true);
    expect(await size(t, "onceKeys")).toBe(1);
    vi.setSystemTime(T0 + 2 * HOUR);
    expect(await sweep(t)).toEqual({ deleted: 1, isDone: true });
    expect(await size(t, "onceKeys")).toBe(0);
    expect(await count(t)).toBe(10);
  });

  test("remembers a key for ten years", async () => {
    const t = setup();
    expect(await once(t, "event 1", { ttlMs: 3650 * DAY })).toBe(true);
    expect(await t.run((ctx) => ctx.db.query("onceKeys").first())).toMatchObject({
      expiresAt: T0 + 3650 * DAY,
    });
  });

  test.each([
    ["", {}, "key"],
    ["é".repeat(129), {}, "key"],
    ["k", { ttlMs: 0 }, "ttlMs"],
    ["k", { ttlMs: 0.5 }, "ttlMs"],
    ["k", { ttlMs: Infinity }, "ttlMs"],
    ["k", { ttlMs: 3650 * DAY + 1 }, "ttlMs"],
    ["k", { count: NaN }, "count"],
  ])("refuses the key %j with %o, and writes nothing", async (key, more, field) => {
    const t = setup();
    await expect(once(t, key, more)).rejects.toMatchObject({
      data: { code: "INVALID_COUNTER", field },
    });
    expect(await size(t, "onceKeys")).toBe(0);
    expect(await size(t, "events")).toBe(0);
  });
});

describe("series", () => {
  const history = { hour: 24, day: 7 };
  const series = (t: Test, more = {}) =>
    t.query(api.events.series, {
      name: "a",
      unit: "hour",
      startAt: T0,
      endAt: T0 + 4 * HOUR,
      ...more,
    });

  /** Two hours of additions, an hour of none, and some more. */
  async function fillHours(t: Test) {
    await add(t, 1, { history });
    vi.setSystemTime(T0 + 30 * MINUTE);
    await add(t, 2, { history });
    vi.setSystemTime(T0 + 70 * MINUTE);
    await add(t, 4, { history });
    await set(t, 10, { history });
    vi.setSystemTime(T0 + 3 * HOUR + MINUTE);
    await add(t, -1, { history });
  }

  const hours = [
    { startAt: T0, delta: 3, total: 3 },
    { startAt: T0 + HOUR, delta: 7, total: 10 },
    { startAt: T0 + 2 * HOUR, delta: 0, total: 10 },
    { startAt: T0 + 3 * HOUR, delta: -1, total: 9 },
  ];

  test("tells what each hour changed, and what it came to", async () => {
    const t = setup();
    await fillHours(t);
    expect(await series(t)).toEqual(hours);
    expect(await series(t, { startAt: T0 + 65 * MINUTE, endAt: T0 + 2 * HOUR })).toEqual([
      hours[1],
    ]);
    expect(await series(t, { unit: "day" })).toEqual([{ startAt: T0, delta: 9, total: 9 }]);
  });

  test("tells the same after sweeps, at any point of them", async () => {
    const t = setup();
    await fillHours(t);
    for (let call = 0; call < 4; call++) {
      await pass(t, 2 * MINUTE);
      await sweep(t);
      expect(await series(t)).toEqual(hours);
    }
    const left = await t.run((ctx) => ctx.db.query("events").take(99));
    expect(left.map(({ name }) => name)).not.toContain("a");
    expect(await size(t, "history")).toBe(4);
    await add(t, 5, { history });
    expect((await series(t)).at(-1)).toEqual({ startAt: T0 + 3 * HOUR, delta: 4, total: 14 });
  });

  test("forgets what is older than the counter keeps", async () => {
    const t = setup();
    for (let hour = 0; hour < 40; hour++) {
      await add(t, 1, { history: { hour: 10 } });
      await pass(t, HOUR);
      await sweep(t);
    }
    expect(await size(t, "history")).toBeLessThan(14);
    const points = await series(t, { endAt: T0 + 40 * HOUR });
    expect(points.at(-5)).toMatchObject({ delta: 1, total: 36 });
  });

  test.each([
    [{ startAt: T0 + 4 * HOUR }, "startAt"],
    [{ startAt: NaN }, "startAt"],
    [{ startAt: -Infinity }, "startAt"],
    [{ endAt: Infinity }, "endAt"],
    [{ startAt: T0, endAt: T0 }, "startAt"],
    [{ endAt: T0 + 1001 * HOUR }, "endAt"],
  ])("refuses the range %o", async (more, field) => {
    await expect(series(setup(), more)).rejects.toMatchObject({
      data: { code: "INVALID_COUNTER", field },
    });
  });

  test("tells of any past without walking there", async () => {
    const t = setup();
    await fillHours(t);
    const startAt = -HOUR * 2e9;
    const past = await series(t, { startAt, endAt: startAt + 1 });
    expect(past).toEqual([{ startAt, delta: 0, total: 0 }]);
  });

  test("takes a thousand hours", async () => {
    expect(await series(setup(), { endAt: T0 + 1000 * HOUR })).toHaveLength(1000);
  });
});

test("a commit's time in the log is in nanoseconds", async () => {
  const t = setup();
  await add(t);
  const event = await t.run((ctx) => ctx.db.query("events").first());
  expect(event?.seq).toBe(BigInt(T0) * NANOSECONDS);
});
