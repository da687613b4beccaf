import { convexTest } from "convex-test";
import { describe, expect, test, vi } from "vitest";
import { modules } from "../test.js";
import { api } from "./_generated/api.js";
import schema from "./schema.js";

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

  test.each([0, -4, 2.5, NaN, 1e6, Infinity])(
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

  test("take no arguments that they do not know", async () => {
    const args = { name: "a", count: 1, amount: 2 };
    await expect(setup().mutation(api.counters.add, args)).rejects.toThrow("amount");
  });

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

  test("never add up to an infinity, or to NaN", async () => {
    const t = setup();
    const add = (count: number) => t.mutation(api.counters.add, { name: "a", count, shard: 0 });
    for (let call = 0; call < 3; call++) await add(Number.MAX_VALUE);
    expect(await count(t)).toBe(Number.MAX_VALUE);
    for (let call = 0; call < 3; call++) await add(-Number.MAX_VALUE);
    expect(await count(t)).toBe(-Number.MAX_VALUE);
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
