import { convexTest } from "convex-test";
import { beforeEach, expect, test, vi } from "vitest";
import type { Addition, ResolvedBounds } from "../shared/validators.js";
import { modules } from "../test.js";
import { api } from "./_generated/api.js";
import schema from "./schema.js";

type TestContext = Parameters<Parameters<ReturnType<typeof setup>["run"]>[0]>[0];

const setup = () => convexTest(schema, modules);
const NAME = { name: "a" };

beforeEach(() => {
  // No checkpoint or sweep by chance, and always the last shard.
  vi.spyOn(Math, "random").mockReturnValue(0.999);
});

/** What one operation reads and writes, and how many index ranges it queries. */
function cost(t: ReturnType<typeof setup>, operation: (ctx: TestContext) => Promise<unknown>) {
  return t.run(async (ctx) => {
    await operation(ctx);
    const metrics = await ctx.meta.getTransactionMetrics();
    return [
      metrics.databaseQueries.used,
      metrics.documentsRead.used,
      metrics.documentsWritten.used,
    ];
  });
}

const add =
  (count: number, more: Partial<Addition> = {}) =>
  (ctx: TestContext) =>
    ctx.runMutation(api.counters.addMany, { additions: [{ ...NAME, count, ...more }] });
const count = (ctx: TestContext) => ctx.runQuery(api.counters.count, NAME);
const snapshotCount = (ctx: TestContext) =>
  ctx.runMutation(api.counters.countManyInMutation, { counters: [{ ...NAME, shards: [] }] });
const reset = (ctx: TestContext) => ctx.runMutation(api.counters.reset, NAME);

test("queries, documents read and documents written of the log", async () => {
  const t = setup();
  const TAIL = 10;
  const first = await cost(t, add(1));
  for (let call = 1; call < TAIL; call++) await t.run(add(1));
  const many = (ctx: TestContext) =>
    ctx.runMutation(api.counters.addMany, {
      additions: Array.from({ length: 10 }, (_, index) => ({ name: `name ${index}`, count: 1 })),
    });
  const costs = {
    add: first,
    "addMany, 10 names": await cost(t, many),
    "count, 10 since no checkpoint": await cost(t, count),
    "snapshotCount, 10 since no checkpoint": await cost(t, snapshotCount),
    "countMany, 10 names of 1 event": await cost(t, (ctx) =>
      ctx.runQuery(api.counters.countMany, {
        names: Array.from({ length: 10 }, (_, index) => `name ${index}`),
      }),
    ),
  };
  vi.mocked(Math.random).mockReturnValueOnce(0);
  const withCheckpoint = await cost(t, add(1));
  expect({
    ...costs,
    "add that makes a checkpoint of 10": withCheckpoint,
    "count, 1 since a checkpoint": await cost(t, count),
    "snapshotCount, 1 since a checkpoint": await cost(t, snapshotCount),
    rollup: await cost(t, (ctx) => ctx.runQuery(api.events.rollup, NAME)),
    set: await cost(t, (ctx) => ctx.runMutation(api.counters.set, { ...NAME, value: 5 })),
    reset: await cost(t, reset),
    "reset, never used": await cost(t, (ctx) =>
      ctx.runMutation(api.counters.reset, { name: "never" }),
    ),
    getAndReset: await cost(t, (ctx) => ctx.runMutation(api.counters.getAndReset, NAME)),
    once: await cost(t, (ctx) =>
      ctx.runMutation(api.events.once, { ...NAME, count: 1, key: "k", ttlMs: 1e9 }),
    ),
    "once, again": await cost(t, (ctx) =>
      ctx.runMutation(api.events.once, { ...NAME, count: 1, key: "k", ttlMs: 1e9 }),
    ),
  }).toEqual({
    add: [0, 0, 1],
    "addMany, 10 names": [0, 0, 10],
    "count, 10 since no checkpoint": [3, TAIL, 0],
    "snapshotCount, 10 since no checkpoint": [4, TAIL, 0],
    "countMany, 10 names of 1 event": [30, 10, 0],
    "add that makes a checkpoint of 10": [3, TAIL, 2],
    "count, 1 since a checkpoint": [3, 2, 0],
    "snapshotCount, 1 since a checkpoint": [4, 2, 0],
    rollup: [2, 1, 0],
    set: [1, 0, 2],
    reset: [3, 2, 2],
    "reset, never used": [4, 0, 0],
    getAndReset: [6, 4, 2],
    once: [1, 0, 2],
    "once, again": [1, 1, 0],
  });
});

test("queries, documents read and documents written of sixteen shards", async () => {
  const t = setup();
  const shards = 16;
  const first = await cost(t, add(1, { shards }));
  const warm = await cost(t, add(1, { shards }));
  for (let shard = 0; shard < shards; shard++) await t.run(add(1, { shards, shard }));
  const rebalance = (ctx: TestContext) =>
    ctx.runMutation(api.counters.rebalance, { ...NAME, shards });
  const estimate = (readFromShards: number) => (ctx: TestContext) =>
    ctx.runQuery(api.counters.estimateCount, { ...NAME, shards, readFromShards });
  expect({
    "add, new shard": first,
    "add, warm": warm,
    count: await cost(t, count),
    snapshotCount: await cost(t, snapshotCount),
    "estimateCount of 3": await cost(t, estimate(3)),
    "estimateCount of all": await cost(t, estimate(16)),
    rebalance: await cost(t, rebalance),
    "rebalance, even already": await cost(t, rebalance),
    reset: await cost(t, reset),
  }).toEqual({
    "add, new shard": [1, 0, 1],
    "add, warm": [1, 2, 1],
    count: [3, shards, 0],
    snapshotCount: [4, shards, 0],
    "estimateCount of 3": [5, 3, 0],
    "estimateCount of all": [3, shards, 0],
    rebalance: [1, 2 * shards, shards],
    "rebalance, even already": [1, shards, 0],
    reset: [4, 2 * shards, shards],
  });
});

test("queries, documents read and documents written of a bounded counter", async () => {
  const t = setup();
  const bounds: ResolvedBounds = { min: 0, max: 100, shards: 8 };
  const tryAdd = (count: number) => (ctx: TestContext) =>
    ctx.runMutation(api.counters.tryAdd, { ...NAME, bounds, count });
  expect({
    first: await cost(t, tryAdd(40)),
    warm: await cost(t, tryAdd(-1)),
    "more than its shard has": await cost(t, tryAdd(-5)),
    "more than any shard has": await cost(t, tryAdd(-20)),
    refused: await cost(t, tryAdd(-90)),
  }).toEqual({
    first: [5, 0, 8],
    warm: [1, 2, 1],
    "more than its shard has": [3, 1 + 8 + 2, 1],
    "more than any shard has": [5, 1 + 8 + 8 + 8, 8],
    refused: [2, 1 + 8, 0],
  });
});

test("queries, documents read and documents written of unique items", async () => {
  const t = setup();
  const addItem = (item: string) => (ctx: TestContext) =>
    ctx.runMutation(api.uniques.add, { ...NAME, item });
  expect({
    first: await cost(t, addItem("ada")),
    new: await cost(t, addItem("bob")),
    known: await cost(t, addItem("ada")),
    count: await cost(t, (ctx) => ctx.runQuery(api.uniques.count, NAME)),
  }).toEqual({ first: [1, 0, 1], new: [1, 2, 1], known: [1, 1, 0], count: [1, 1, 0] });
});

test("a write of a table that is backfilled depends on the status, and on the cursor if it must", async () => {
  const t = setup();
  const id = "messages";
  const gated = (createdAt: number) => (ctx: TestContext) =>
    ctx.runMutation(api.backfills.add, { id, createdAt, additions: [{ ...NAME, count: 1 }] });
  const before = await cost(t, gated(5));
  await t.mutation(api.backfills.start, { id, cutoff: 100, counters: [NAME] });
  expect({ before, insert: await cost(t, gated(101)), update: await cost(t, gated(5)) }).toEqual({
    before: [1, 0, 1],
    insert: [1, 1, 1],
    update: [2, 2, 0],
  });
});

test("a sweep reads and deletes each event once, and makes one checkpoint per name", async () => {
  vi.useFakeTimers({ now: 1_800_000_000_000, toFake: ["Date"] });
  const t = setup();
  for (let call = 0; call < 20; call++) await t.run(add(1));
  vi.setSystemTime(Date.now() + 61_000);
  const sweep = (ctx: TestContext) => ctx.runMutation(api.events.sweep, {});
  expect(await cost(t, sweep)).toEqual([6, 40, 1]);
  await t.run(add(0, { name: "elsewhere", count: 1 }));
  vi.setSystemTime(Date.now() + 61_000);
  await t.run(add(1, { name: "elsewhere" }));
  const [, read, written] = await cost(t, sweep);
  expect(written).toBe(20 + 1);
  expect(read).toBeLessThan(2 * 20 + 10);
  vi.useRealTimers();
});
