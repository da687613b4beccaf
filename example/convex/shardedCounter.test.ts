import { internal } from "./_generated/api.js";
// #region test
import { register } from "@convex-suite/sharded-counter/test";
import { convexTest } from "convex-test";
import { expect, test } from "vitest";
import { api } from "./_generated/api.js";
import schema from "./schema.js";

const modules = import.meta.glob(["./**/*.ts", "./**/*.js", "!./**/*.test.ts"]);

test("every click of a storm is counted", async () => {
  const t = convexTest(schema, modules);
  register(t);
  expect(await t.action(api.shardedCounter.storm, { clicks: 50 })).toBe(50);
});
// #endregion

function setup() {
  const t = convexTest(schema, modules);
  register(t);
  return t;
}

test("twenty tickets are sold to twenty of thirty buyers", async () => {
  const t = setup();
  await t.mutation(api.shardedCounter.reset);
  let sold = 0;
  for (let buyer = 0; buyer < 30; buyer++)
    if (await t.mutation(api.shardedCounter.buy, { tickets: 1 })) sold++;
  expect(sold).toBe(20);
  expect(await t.query(api.shardedCounter.ticketsLeft)).toBe(0);
});

test("a payment that is told of twice is counted once", async () => {
  const t = setup();
  const told = { eventId: "evt_1", amount: 25 };
  expect(await t.mutation(api.shardedCounter.webhook, told)).toBe(true);
  expect(await t.mutation(api.shardedCounter.webhook, told)).toBe(false);
  expect(await t.query(api.shardedCounter.payments)).toBe(25);
});

test("a visitor counts once", async () => {
  const t = setup();
  for (const visitor of ["ada", "grace", "ada"])
    await t.mutation(api.shardedCounter.visit, { visitor });
  expect(await t.query(api.shardedCounter.visitorsToday)).toBe(2);
});

test("a post counts in its topic, wherever it is moved, and posts from before count too", async () => {
  const t = setup();
  await t.run((ctx) =>
    ctx.db.insert("posts", { topic: "convex", title: "Before there was a counter" }),
  );
  await t.mutation(internal.shardedCounter.backfillPosts, { isStart: true });
  const id = await t.mutation(api.shardedCounter.post, { topic: "convex", title: "After" });
  expect(await t.query(api.shardedCounter.topics)).toEqual([{ name: "topic:convex", count: 2 }]);
  await t.mutation(api.shardedCounter.move, { id, topic: "counting" });
  expect(await t.query(api.shardedCounter.topics)).toEqual([
    { name: "topic:convex", count: 1 },
    { name: "topic:counting", count: 1 },
  ]);
});

test("clicks are told by the hour", async () => {
  const t = setup();
  await t.action(api.shardedCounter.storm, { clicks: 3 });
  const hours = await t.query(api.shardedCounter.clicksByHour, { now: Date.now() });
  expect(hours).toHaveLength(25);
  expect(hours.reduce((sum, { delta }) => sum + delta, 0)).toBe(3);
  expect(await t.query(api.shardedCounter.getCount, {})).toBe(3);
});

test("a hundred increments and rebalances over three rows are a hundred", async () => {
  expect(await setup().mutation(api.shardedCounter.rebalanced, { times: 100 })).toBe(100);
});

test("reset starts everything anew", async () => {
  const t = setup();
  await t.action(api.shardedCounter.storm, { clicks: 3 });
  await t.mutation(api.shardedCounter.post, { topic: "convex", title: "Hello" });
  await t.mutation(api.shardedCounter.reset);
  expect(await t.query(api.shardedCounter.clicks)).toBe(0);
  expect(await t.query(api.shardedCounter.topics)).toEqual([]);
});

test("seeding an app twice seeds it once", async () => {
  const t = setup();
  await t.mutation(internal.seed.default);
  await t.mutation(internal.seed.default);
  expect(await t.query(api.shardedCounter.topics)).toHaveLength(3);
  expect(await t.query(api.shardedCounter.ticketsLeft)).toBe(20);
});
