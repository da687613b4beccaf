import { convexTest } from "convex-test";
import { makeFunctionReference } from "convex/server";
import type { Value } from "convex/values";
import { describe, expect, test, vi } from "vitest";
import type { ResolvedBounds } from "../shared/validators.js";
import { modules } from "../test.js";
import { api } from "./_generated/api.js";
import * as backfills from "./backfills.js";
import * as counters from "./counters.js";
import * as events from "./events.js";
import schema from "./schema.js";
import * as uniques from "./uniques.js";

const setup = () => convexTest(schema, modules);
type Test = ReturnType<typeof setup>;

const rows = (t: Test) => t.run((ctx) => ctx.db.query("counters").take(2000));
const count = (t: Test, name = "a") => t.query(api.counters.count, { name });
const estimate = (t: Test, args: { readFromShards?: number; shards?: number }) =>
  t.query(api.counters.estimateCount, { name: "a", ...args });

/** Adds to every shard in turn. */
async function fill(t: Test, shards: number, each: number) {
  await t.run(async (ctx) => {
    for (let shard = 0; shard < shards; shard++)
      await ctx.runMutation(api.counters.add, { name: "a", count: each, shard, shards });
  });
}

describe("the functions of the official package", () => {
  test("add to the shard that is asked for, and answer to which it was", async () => {
    const t = setup();
    expect(await t.mutation(api.counters.add, { name: "a", count: 10, shard: 7 })).toBe(7);
    vi.spyOn(Math, "random").mockReturnValue(0.999);
    expect(await t.mutation(api.counters.add, { name: "a", count: 5 })).toBe(15);
    expect(await t.mutation(api.counters.add, { name: "a", count: 1, shards: 3 })).toBe(2);
    expect(await count(t)).toBe(16);
    expect(await count(t, "never used")).toBe(0);
  });

  test.each([0, -4, 2.5, NaN, 20_000, 1e6, Infinity])(
    "refuse %d shards and leave the count as it is",
    async (shards) => {
      const t = setup();
      await t.mutation(api.counters.add, { name: "a", count: 42 });
      const refused = { data: { code: "INVALID_COUNTER", field: "shards" } };
      const { add, rebalance } = api.counters;
      await expect(t.mutation(add, { name: "a", count: 1, shards })).rejects.toMatchObject(refused);
      await expect(t.mutation(rebalance, { name: "a", shards })).rejects.toMatchObject(refused);
      await expect(estimate(t, { shards })).rejects.toMatchObject(refused);
      expect(await count(t)).toBe(42);
    },
  );

  test.each([
    { shard: -1 },
    { shard: 1.5 },
    { shard: 1000 },
    { shard: 4, shards: 4 },
    { count: NaN },
    { count: Infinity },
    { count: -Infinity },
    { name: "é".repeat(257) },
  ])("refuse %o by the field, and write nothing", async (bad) => {
    const t = setup();
    const added = t.mutation(api.counters.add, { name: "a", count: 1, ...bad });
    const [field] = Object.keys(bad);
    await expect(added).rejects.toMatchObject({ data: { code: "INVALID_COUNTER", field } });
    expect(await rows(t)).toEqual([]);
  });

  test.each([0, 1.5, -1, NaN, Infinity])(
    "refuse to read from %d shards",
    async (readFromShards) => {
      await expect(estimate(setup(), { readFromShards })).rejects.toMatchObject({
        data: { code: "INVALID_COUNTER", field: "readFromShards" },
      });
    },
  );

  test("reset to 0 what was added, subtracted, or reset before", async () => {
    const t = setup();
    for (const each of [2, -3]) {
      await fill(t, 16, each);
      await t.mutation(api.counters.reset, { name: "a" });
      expect(await count(t)).toBe(0);
    }
    await t.mutation(api.counters.reset, { name: "a" });
    await t.mutation(api.counters.add, { name: "a", count: 3 });
    expect(await count(t)).toBe(3);
  });
});

describe("an estimate", () => {
  test("of all shards is exact, however many are asked for", async () => {
    const t = setup();
    await t.mutation(api.counters.add, { name: "a", count: 1, shard: 5 });
    expect(await estimate(t, { readFromShards: 16 })).toBe(1);
    expect(await estimate(t, { readFromShards: 99 })).toBe(1);
    expect(await estimate(t, { readFromShards: 5000 })).toBe(1);
  });

  test("of fewer shards multiplies what they hold", async () => {
    const t = setup();
    await fill(t, 16, 100);
    expect(await estimate(t, { readFromShards: 3 })).toBe(1600);
    expect(await estimate(t, {})).toBe(1600);
  });

  test("of all shards after shrinking includes those beyond, which a rebalance merges", async () => {
    const t = setup();
    await fill(t, 16, 100);
    expect(await estimate(t, { shards: 4, readFromShards: 4 })).toBe(1600);
    await t.mutation(api.counters.rebalance, { name: "a", shards: 4 });
    expect(await rows(t)).toHaveLength(4);
    expect(await count(t)).toBe(1600);
  });

  test("never jumps to what a hundred forgotten shards would make of it", async () => {
    const t = setup();
    await fill(t, 100, 3);
    await t.mutation(api.counters.rebalance, { name: "a" });
    expect(await estimate(t, {})).toBe(300);
    expect(await estimate(t, { readFromShards: 16 })).toBe(300);
  });
});

describe("a rebalance", () => {
  test("writes nothing when shards are even already", async () => {
    const t = setup();
    await fill(t, 16, 2);
    await t.mutation(api.counters.rebalance, { name: "a" });
    const before = await rows(t);
    await t.mutation(api.counters.rebalance, { name: "a" });
    expect(await rows(t)).toEqual(before);
  });

  test.each([3, 6, 7, 10, 12, 25, 49, 100])(
    "over %d shards keeps whole numbers whole",
    async (shards) => {
      const t = setup();
      await t.run(async (ctx) => {
        for (let total = 1; total <= 60; total++) {
          await ctx.runMutation(api.counters.add, { name: "a", count: 1, shards });
          await ctx.runMutation(api.counters.rebalance, { name: "a", shards });
          expect(await ctx.runQuery(api.counters.count, { name: "a" })).toBe(total);
        }
      });
    },
  );

  test("is forgotten by what is added later: not a bit of the sum is lost", async () => {
    const t = setup();
    const add = (count: number) =>
      t.mutation(api.counters.add, { name: "a", count, shards: 3, shard: 1 });
    await add(1);
    await t.mutation(api.counters.rebalance, { name: "a", shards: 3 });
    for (const amount of [1e6, 123_456_789, 2 ** 40]) await add(amount);
    expect(await count(t)).toBe(1 + 1e6 + 123_456_789 + 2 ** 40);
    await add(-(2 ** 40));
    await add(-1e6);
    expect(await count(t)).toBe(123_456_790);
  });

  test("of a counter that was never used writes nothing", async () => {
    const t = setup();
    await t.mutation(api.counters.rebalance, { name: "a" });
    expect(await rows(t)).toEqual([]);
  });
});

describe("large numbers", () => {
  test("beyond 2^53 are added up exactly, and counted to the nearest number", async () => {
    const t = setup();
    await t.mutation(api.counters.add, { name: "a", count: 2 ** 53, shard: 0 });
    for (let call = 0; call < 10; call++)
      await t.mutation(api.counters.add, { name: "a", count: 1, shard: 0 });
    expect(await count(t)).toBe(2 ** 53 + 10);
    await t.mutation(api.counters.rebalance, { name: "a" });
    expect(await t.query(api.counters.countMany, { names: ["a"] })).toEqual([2n ** 53n + 10n]);
  });

  test.each([2 ** 52, 2n ** 60n + 1n])(
    "such as %s are exact on top of shares that are not whole",
    async (count) => {
      const t = setup();
      const name = "a";
      const shards = 10;
      await t.mutation(api.counters.add, { name, count: 7, shards });
      await t.mutation(api.counters.rebalance, { name, shards });
      for (const shard of [0, 0, 1, 1, 2]) {
        const additions = [{ name, count, shard, shards }];
        await t.mutation(api.counters.addMany, { additions });
      }
      const total = 7n + 5n * BigInt(count);
      const read = () => t.query(api.counters.countMany, { names: [name] });
      expect(await read()).toEqual([total]);
      await t.mutation(api.counters.rebalance, { name, shards });
      expect(await read()).toEqual([total]);
    },
  );

  test("keep their last bit beside fractions that come and go", async () => {
    const t = setup();
    for (const count of [2n ** 60n + 1n, 0.5, 0.25, -0.75])
      await t.mutation(api.counters.addMany, {
        additions: [{ name: "a", count, shard: 0, shards: 1 }],
      });
    const totals = await t.query(api.counters.countMany, { names: ["a"] });
    expect(totals).toEqual([2n ** 60n + 1n]);
  });

  test("never add up to an infinity, or to NaN", async () => {
    const t = setup();
    const add = (count: number) => t.mutation(api.counters.add, { name: "a", count, shard: 0 });
    for (let call = 0; call < 3; call++) await add(Number.MAX_VALUE);
    expect(await count(t)).toBe(Number.MAX_VALUE);
    for (let call = 0; call < 3; call++) await add(-Number.MAX_VALUE);
    expect(await count(t)).toBe(-Number.MAX_VALUE);
  });
});

describe("a counter that keeps a history", () => {
  const kept = { name: "a", history: { hour: 24 } };

  test("is set to a fraction exactly, and reset to 0", async () => {
    const t = setup();
    const set = (value: number) => t.mutation(api.counters.set, { ...kept, value });
    for (const amount of [0.1, 0.2, 1e17])
      await t.mutation(api.counters.addMany, { additions: [{ ...kept, count: amount }] });
    await set(0.3);
    expect(await count(t)).toBe(0.3);
    await t.mutation(api.counters.reset, kept);
    expect(await count(t)).toBe(0);
    expect((await t.query(api.events.rollup, { name: "a" })).count).toBe(0);
  });

  test("tells by how much it was set and reset", async () => {
    const t = setup();
    const startAt = Date.now() - 1;
    await t.mutation(api.counters.addMany, { additions: [{ ...kept, count: 10 }] });
    await t.mutation(api.counters.set, { ...kept, value: 3 });
    const deltas = async () => {
      const endAt = Date.now() + 1;
      const points = await t.query(api.events.series, { name: "a", unit: "hour", startAt, endAt });
      return points.reduce((sum, { delta }) => sum + Number(delta), 0);
    };
    expect(await deltas()).toBe(3);
    await t.mutation(api.counters.reset, kept);
    expect(await deltas()).toBe(0);
  });
});

describe("the official package's rows", () => {
  test("are counted, added to and rebalanced where they are", async () => {
    const t = setup();
    await t.run(async (ctx) => {
      for (const shard of [0, 3, 40, -2])
        await ctx.db.insert("counters", { name: "a", value: 2.5, shard });
    });
    expect(await count(t)).toBe(10);
    await t.mutation(api.counters.add, { name: "a", count: 1, shard: 3 });
    expect(await count(t)).toBe(11);
    await t.mutation(api.counters.rebalance, { name: "a" });
    expect(await count(t)).toBe(11);
    expect((await rows(t)).map(({ shard }) => shard).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 16 }, (_, shard) => shard),
    );
  });
});

describe("a bounded counter", () => {
  const stock = (bounds: Partial<ResolvedBounds> = {}) => ({
    name: "a",
    bounds: { min: 0, max: 100, shards: 4, ...bounds },
  });
  const tryAdd = (t: Test, count: number, bounds: Partial<ResolvedBounds> = {}) =>
    t.mutation(api.counters.tryAdd, { ...stock(bounds), count });
  const addMany = (t: Test, count: number, bounds: Partial<ResolvedBounds> = {}) =>
    t.mutation(api.counters.addMany, { additions: [{ ...stock(bounds), count }] });
  const outside = { data: { code: "OUT_OF_BOUNDS", name: "a", min: 0, max: 100 } };

  test("gives out exactly what it holds, one by one, from whatever shard has it", async () => {
    const t = setup();
    await addMany(t, 50);
    let taken = 0;
    for (let call = 0; call < 80; call++) if ((await tryAdd(t, -1)).ok) taken++;
    expect(taken).toBe(50);
    expect(await tryAdd(t, -1)).toEqual({ ok: false, count: 0, shard: null });
    expect(await count(t)).toBe(0);
  });

  test("is filled exactly up to what it may hold", async () => {
    const t = setup();
    let added = 0;
    for (let call = 0; call < 50; call++) if ((await tryAdd(t, 3)).ok) added += 3;
    expect(added).toBe(99);
    expect((await tryAdd(t, 1)).ok).toBe(true);
    expect((await tryAdd(t, 1)).ok).toBe(false);
    expect((await tryAdd(t, 0)).ok).toBe(true);
  });

  test("gives more at once than any one shard has", async () => {
    const t = setup();
    await addMany(t, 50);
    expect(await tryAdd(t, -47)).toMatchObject({ ok: true, count: 3 });
    expect((await tryAdd(t, -4)).ok).toBe(false);
    expect((await tryAdd(t, -3)).ok).toBe(true);
  });

  test("stops other additions at its bounds, and nothing of the mutation is left", async () => {
    const t = setup();
    await addMany(t, 100);
    await expect(addMany(t, 1)).rejects.toMatchObject(outside);
    await expect(
      t.mutation(api.counters.addMany, {
        additions: [
          { name: "b", count: 1 },
          { ...stock(), count: -101 },
        ],
      }),
    ).rejects.toMatchObject(outside);
    expect(await count(t, "b")).toBe(0);
    expect(await count(t)).toBe(100);
  });

  test("sees in its own mutation what it has given out there", async () => {
    const t = setup();
    await addMany(t, 10);
    await t.run(async (ctx) => {
      let taken = 0;
      for (let call = 0; call < 30; call++)
        if ((await ctx.runMutation(api.counters.tryAdd, { ...stock(), count: -1 })).ok) taken++;
      expect(taken).toBe(10);
    });
    expect(await count(t)).toBe(0);
  });

  test("gives out in one mutation what was put in there, from whatever shard it asks first", async () => {
    const t = setup();
    await addMany(t, 4);
    await addMany(t, -4);
    const random = vi.spyOn(Math, "random");
    await t.run(async (ctx) => {
      random.mockReturnValue(0.9);
      await ctx.runMutation(api.counters.tryAdd, { ...stock(), count: 3 });
      random.mockReturnValue(0);
      const taken = await ctx.runMutation(api.counters.tryAdd, { ...stock(), count: -3 });
      expect(taken.ok).toBe(true);
    });
    expect(await count(t)).toBe(0);
  });

  test("keeps its total when its bounds or shards change, and comes back inside", async () => {
    const t = setup();
    await addMany(t, 90);
    expect((await tryAdd(t, 1, { shards: 7 })).ok).toBe(true);
    expect((await tryAdd(t, 1, { max: 50 })).ok).toBe(false);
    expect(await count(t)).toBe(91);
    for (let call = 0; call < 60; call++) await tryAdd(t, -1, { max: 50 });
    expect(await count(t)).toBe(31);
    let added = 0;
    for (let call = 0; call < 60; call++) if ((await tryAdd(t, 1, { max: 50 })).ok) added++;
    expect(added).toBe(19);
    expect((await tryAdd(t, -51, { min: -1, shards: 1, max: 50 })).ok).toBe(true);
    expect(await rows(t)).toHaveLength(1);
  });

  test("never crosses a bound on its way back inside", async () => {
    const t = setup();
    vi.spyOn(Math, "random").mockReturnValue(0.9);
    await addMany(t, 12, { shards: 2 });
    const tight = { max: 10, shards: 2 };
    expect((await tryAdd(t, -1, tight)).ok).toBe(true);
    expect((await tryAdd(t, -1, tight)).ok).toBe(true);
    expect((await tryAdd(t, 1, tight)).ok).toBe(false);
    expect(await count(t)).toBe(10);
  });

  test("is set, rebalanced and reset within its bounds", async () => {
    const t = setup();
    const set = (value: number) => t.mutation(api.counters.set, { ...stock(), value });
    await set(40);
    await t.mutation(api.counters.rebalance, stock());
    expect((await rows(t)).map(({ value }) => value)).toEqual([10, 10, 10, 10]);
    await expect(set(101)).rejects.toMatchObject(outside);
    await expect(set(-1)).rejects.toMatchObject(outside);
    await expect(set(0.5)).rejects.toMatchObject({ data: { field: "value" } });
    expect(await count(t)).toBe(40);
    await t.mutation(api.counters.reset, stock());
    expect(await rows(t)).toEqual([]);
    const reset = t.mutation(api.counters.reset, stock({ min: 5 }));
    await expect(reset).rejects.toMatchObject({ data: { code: "OUT_OF_BOUNDS", min: 5 } });
  });

  test("takes over what was in the log, and in rows of no bounds", async () => {
    const t = setup();
    await t.mutation(api.counters.addMany, { additions: [{ name: "a", count: 30 }] });
    await t.mutation(api.counters.add, { name: "a", count: 20, shard: 9 });
    expect(await tryAdd(t, -51)).toMatchObject({ ok: false, count: 50 });
    expect(await tryAdd(t, -10)).toMatchObject({ ok: true, count: 40 });
    expect(await tryAdd(t, -41)).toMatchObject({ ok: false });
    expect(await count(t)).toBe(40);
    await t.mutation(api.counters.addMany, { additions: [{ name: "a", count: 1 }] });
    await t.mutation(api.counters.reset, stock());
    expect(await count(t)).toBe(0);
  });

  test("cannot be made of what is no whole number", async () => {
    const t = setup();
    await t.mutation(api.counters.add, { name: "a", count: 0.5 });
    await expect(tryAdd(t, 1)).rejects.toMatchObject({ data: { field: "total" } });
    await expect(tryAdd(t, 0.5)).rejects.toMatchObject({ data: { field: "count" } });
  });

  test("is not to be changed by who does not know its bounds", async () => {
    const t = setup();
    await addMany(t, 10);
    await expect(
      t.mutation(api.counters.add, { name: "a", count: 1000, shard: 0 }),
    ).rejects.toMatchObject({ data: { code: "INVALID_COUNTER", field: "bounds" } });
    expect(await count(t)).toBe(10);
  });

  test("refuses what a number cannot hold exactly", async () => {
    const t = setup();
    const endless = { max: Infinity, shards: 1 };
    expect((await tryAdd(t, Number.MAX_SAFE_INTEGER, endless)).ok).toBe(true);
    expect((await tryAdd(t, 1, endless)).ok).toBe(false);
    expect((await tryAdd(t, -1, endless)).ok).toBe(true);
    expect(await count(t)).toBe(Number.MAX_SAFE_INTEGER - 1);
  });

  test("may have no upper bound", async () => {
    const t = setup();
    expect((await tryAdd(t, 1e12, { max: Infinity })).ok).toBe(true);
    expect((await tryAdd(t, -1e12 - 1, { max: Infinity })).ok).toBe(false);
  });
});

describe("a list", () => {
  const NAMES = ["post:1", "post:2", "post:3", "post:\u{1F642}", "post:\uFF5E"];

  /** Names in all tables, some in several of them, among others that only look alike. */
  async function fillNames(t: Test) {
    for (const [index, name] of NAMES.entries())
      await t.mutation(api.counters.addMany, {
        additions: [
          { name, count: index + 1, ...(index % 2 === 0 && { shards: 3 }) },
          { name, count: 1 },
        ],
      });
    for (const name of ["pos", "post", "posu", "zebra"])
      await t.mutation(api.counters.addMany, { additions: [{ name, count: 1 }] });
  }

  const list = (t: Test, args: { cursor?: string | null; numItems?: number; endCursor?: string }) =>
    t.query(api.counters.list, { prefix: "post:", numItems: 2, cursor: null, ...args });

  test("has each name that begins so once, page by page, with its count", async () => {
    const t = setup();
    await fillNames(t);
    const found: { name: string; total: number | bigint }[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < 9; page++) {
      const { page, isDone, continueCursor } = await list(t, { cursor });
      expect(page.length).toBeLessThanOrEqual(2);
      found.push(...page);
      cursor = continueCursor;
      if (isDone) break;
    }
    expect(found.map(({ name }) => name)).toEqual([
      "post:1",
      "post:2",
      "post:3",
      "post:\uFF5E",
      "post:\u{1F642}",
    ]);
    expect(found.map(({ total }) => total)).toEqual([2, 3, 4, 6, 5]);
  });

  test("ends where it is told to, however many names came in between", async () => {
    const t = setup();
    await fillNames(t);
    const { page, isDone } = await list(t, { cursor: "post:1", endCursor: "post:3" });
    expect(page.map(({ name }) => name)).toEqual(["post:2", "post:3"]);
    expect(isDone).toBe(false);
  });

  test("reads nothing of names that do not begin so", async () => {
    const t = setup();
    await fillNames(t);
    const read = await t.run(async (ctx) => {
      await ctx.runMutation(api.counters.deletePrefix, { prefix: "pop" });
      await ctx.runQuery(api.counters.list, { prefix: "pop", numItems: 9, cursor: null });
      return (await ctx.meta.getTransactionMetrics()).documentsRead.used;
    });
    expect(read).toBe(0);
  });

  test("has a hundred names on a page at most, and goes on where it ended", async () => {
    const t = setup();
    const additions = Array.from({ length: 130 }, (_, index) => ({
      name: `post:${index}`,
      count: 1,
    }));
    await t.mutation(api.counters.addMany, { additions });
    const first = await list(t, { numItems: 1000 });
    expect([first.page.length, first.isDone]).toEqual([100, false]);
    const second = await list(t, { numItems: 1000, cursor: first.continueCursor });
    expect([second.page.length, second.isDone]).toEqual([30, true]);
  });

  test("ends a page early where counters have long tails", async () => {
    const t = setup();
    const tails = { "post:1": 4500, "post:2": 4500, "post:3": 1 };
    for (const [name, events] of Object.entries(tails))
      await t.run(async (ctx) => {
        const seq = ctx.db.vars.commitTs;
        for (let event = 0; event < events; event++)
          await ctx.db.insert("events", { name, kind: "add", count: 1, seq });
      });
    const first = await list(t, { numItems: 9 });
    expect(first).toMatchObject({ isDone: false, continueCursor: "post:2" });
    expect(first.page.map(({ total }) => total)).toEqual([4500, 4500]);
    const second = await list(t, { numItems: 9, cursor: first.continueCursor });
    expect(second).toMatchObject({ isDone: true, page: [{ name: "post:3", total: 1 }] });
  }, 30_000);

  test("has no names at 0 that sweeps forgot, whose histories are deleted all the same", async () => {
    const t = setup();
    await t.run((ctx) =>
      ctx.db.insert("history", { name: "post:1", unit: "day", startAt: 0, delta: 5 }),
    );
    expect((await list(t, {})).page).toEqual([]);
    const deleted = await t.mutation(api.counters.deletePrefix, { prefix: "post:" });
    expect(deleted).toEqual({ deleted: 1, isDone: true });
  });

  test("of nothing is done", async () => {
    const { page, isDone } = await list(setup(), {});
    expect([page, isDone]).toEqual([[], true]);
  });

  test.each([0, 1.5, NaN])("of %d names is refused", async (numItems) => {
    await expect(list(setup(), { numItems })).rejects.toMatchObject({
      data: { code: "INVALID_COUNTER", field: "numItems" },
    });
  });

  test("is empty after its prefix was deleted, and the others are still there", async () => {
    const t = setup();
    await fillNames(t);
    const { deleted, isDone } = await t.mutation(api.counters.deletePrefix, { prefix: "post:" });
    expect(isDone).toBe(true);
    expect(deleted).toBe(10);
    expect((await list(t, {})).page).toEqual([]);
    expect(await count(t, "post:1")).toBe(0);
    for (const name of ["pos", "post", "posu", "zebra"]) expect(await count(t, name)).toBe(1);
  });

  test("deletes a long counter in several calls, and counts 0 from the first on", async () => {
    const t = setup();
    await t.run(async (ctx) => {
      for (let row = 0; row < 4500; row++)
        await ctx.db.insert("events", {
          name: "long",
          kind: "add",
          count: 1,
          seq: ctx.db.vars.commitTs,
        });
    });
    const deleteAll = () => t.mutation(api.counters.deletePrefix, { prefix: "" });
    expect((await deleteAll()).isDone).toBe(false);
    expect(await count(t, "long")).toBe(0);
    expect((await deleteAll()).isDone).toBe(true);
    expect(await t.run((ctx) => ctx.db.query("events").first())).toBeNull();
  });
});

describe("the empty name", () => {
  const name = "";

  test("is a name as any other to the functions of the official package", async () => {
    const t = setup();
    await t.mutation(api.counters.add, { name, count: 4 });
    await t.mutation(api.counters.rebalance, { name });
    expect(await count(t, name)).toBe(4);
    expect(await t.query(api.counters.estimateCount, { name, readFromShards: 16 })).toBe(4);
    await t.mutation(api.counters.reset, { name });
    expect(await count(t, name)).toBe(0);
  });

  test("is refused by all others", async () => {
    const t = setup();
    const addition = { name, count: 1 };
    const bounds = { min: 0, max: 1, shards: 1 };
    const range = { unit: "hour", startAt: 0, endAt: 1 } as const;
    for (const call of [
      () => t.mutation(api.counters.addMany, { additions: [addition] }),
      () => t.query(api.counters.countMany, { names: [name] }),
      () => t.mutation(api.counters.countManyInMutation, { counters: [{ name, shards: [] }] }),
      () => t.mutation(api.counters.set, { name, value: 1 }),
      () => t.mutation(api.counters.getAndReset, { name }),
      () => t.mutation(api.counters.tryAdd, { ...addition, bounds }),
      () => t.mutation(api.events.once, { ...addition, key: "k", ttlMs: 1 }),
      () => t.query(api.events.rollup, { name }),
      () => t.query(api.events.series, { name, ...range }),
      () => t.mutation(api.uniques.add, { name, item: "ada" }),
      () => t.query(api.uniques.count, { name }),
      () => t.mutation(api.uniques.merge, { into: "a", from: name }),
      () => t.mutation(api.uniques.reset, { name }),
    ])
      await expect(call()).rejects.toMatchObject({
        data: { code: "INVALID_COUNTER", field: "name" },
      });
  });
});

describe.each(Object.entries({ backfills, counters, events, uniques }))(
  "the functions of %s",
  (module, exported) => {
    const functions = Object.entries(exported as object) as [
      string,
      { isQuery?: true; exportArgs(): string; exportReturns(): string },
    ][];

    test.each(functions)("%s says what it takes and what it returns", (_name, one) => {
      expect(JSON.parse(one.exportArgs())).toMatchObject({ type: "object" });
      expect(JSON.parse(one.exportReturns())).toMatchObject({ type: expect.any(String) });
      expect(JSON.parse(one.exportReturns())).not.toEqual({ type: "any" });
    });

    test.each(functions)("%s takes nothing that it does not know", async (name, one) => {
      const t = setup();
      const args = { ...sampleOf(JSON.parse(one.exportArgs()) as ArgsType), unheardOf: 1 };
      const path = `${module}:${name}`;
      const call = one.isQuery
        ? t.query(makeFunctionReference<"query">(path), args)
        : t.mutation(makeFunctionReference<"mutation">(path), args);
      await expect(call).rejects.toThrow("unheardOf");
    });
  },
);

/** A validator, as functions export them. */
type FieldType =
  { type: "array" | "bigint" | "boolean" | "null" | "number" | "string" } | LiteralType | UnionType;
interface LiteralType {
  type: "literal";
  value: Value;
}
interface UnionType {
  type: "union";
  value: FieldType[];
}
interface ArgsType {
  type: "object";
  value: Record<string, { fieldType: FieldType | ArgsType; optional: boolean }>;
}

const SAMPLES = { array: [], bigint: 1n, boolean: true, null: null, number: 1, string: "a" };

/** Arguments that a function takes, none of them optional. */
function sampleOf({ value }: ArgsType): Record<string, Value> {
  const required = Object.entries(value).filter(([, { optional }]) => !optional);
  return Object.fromEntries(required.map(([name, { fieldType }]) => [name, valueOf(fieldType)]));
}

function valueOf(fieldType: FieldType | ArgsType): Value {
  if (fieldType.type === "object") return sampleOf(fieldType);
  if (fieldType.type === "literal") return fieldType.value;
  if (fieldType.type !== "union") return SAMPLES[fieldType.type];
  const [first] = fieldType.value;
  return first ? valueOf(first) : null;
}
