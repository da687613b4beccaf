import { ShardedCounter, UniqueCounter } from "@convex-suite/sharded-counter";
import { Triggers } from "convex-helpers/server/triggers";
import { v } from "convex/values";
import { api, components, internal } from "./_generated/api.js";
import type { DataModel } from "./_generated/dataModel.js";
import { action, internalMutation, mutation, query } from "./_generated/server.js";

// #region define
export const counter = new ShardedCounter<string>(components.shardedCounter, {
  // Twenty tickets: bought down to 0 and never below, brought back up to 20 and never above.
  bounded: { tickets: { min: 0, max: 20, shards: 4 } },
  // What `series` can tell of all others.
  history: { hour: 48, day: 400 },
});
// #endregion

/** The official package's way: one document in each of 16 rows. */
export const sharded = new ShardedCounter<string>(components.shardedCounter, { defaultShards: 16 });

const MOST_CLICKS = 200;
const MOST_POSTS = 500;
const HOUR_MS = 3_600_000;
const TICKETS = 20;
const TOPICS = ["convex", "conflicts", "counting"];

// #region add
export const click = mutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    // Appends to a log: conflicts with nothing, however many click at once.
    await counter.inc(ctx, "clicks");
    return null;
  },
});

export const clicks = query({
  args: {},
  returns: v.number(),
  handler: (ctx) => counter.count(ctx, "clicks"),
});
// #endregion

/** Many clicks at once, each in a transaction of its own. */
export const storm = action({
  args: { clicks: v.number() },
  returns: v.number(),
  handler: async (ctx, args): Promise<number> => {
    const many = Math.min(args.clicks, MOST_CLICKS);
    await Promise.all(
      Array.from({ length: many }, () => ctx.runMutation(api.shardedCounter.click)),
    );
    return ctx.runQuery(api.shardedCounter.clicks);
  },
});

// #region hook
export const { getCount } = counter.hookAPI("clicks");
// #endregion

/** Adds fractions of many sizes, spreads them over rows, and asks whether a whole number came back. */
export const rebalanced = mutation({
  args: { times: v.number() },
  returns: v.number(),
  handler: async (ctx, { times }) => {
    const uneven = new ShardedCounter<string>(components.shardedCounter, { defaultShards: 3 });
    await uneven.reset(ctx, "rebalanced");
    for (let time = 0; time < Math.min(times, MOST_CLICKS); time++) {
      await uneven.inc(ctx, "rebalanced");
      await uneven.rebalance(ctx, "rebalanced");
    }
    return uneven.count(ctx, "rebalanced");
  },
});

// #region bounded
export const buy = mutation({
  args: { tickets: v.number() },
  returns: v.boolean(),
  handler: async (ctx, { tickets }) => {
    const { ok } = await counter.tryAdd(ctx, "tickets", -tickets);
    return ok;
  },
});
// #endregion

export const ticketsLeft = query({
  args: {},
  returns: v.number(),
  handler: (ctx) => counter.count(ctx, "tickets"),
});

// #region once
export const webhook = mutation({
  args: { eventId: v.string(), amount: v.number() },
  returns: v.boolean(),
  handler: (ctx, { eventId, amount }) =>
    counter.once(ctx, "payments", { key: eventId, count: amount }),
});
// #endregion

export const payments = query({
  args: {},
  returns: v.number(),
  handler: (ctx) => counter.count(ctx, "payments"),
});

// #region unique
const visitors = new UniqueCounter(components.shardedCounter);

export const visit = mutation({
  args: { visitor: v.string() },
  returns: v.boolean(),
  handler: (ctx, { visitor }) => visitors.add(ctx, "today", visitor),
});
// #endregion

export const visitorsToday = query({
  args: {},
  returns: v.number(),
  handler: (ctx) => visitors.count(ctx, "today"),
});

// #region backfill
const postsByTopic = counter.backfill<DataModel, "posts">({
  table: "posts",
  countedIn: ({ topic }) => `topic:${topic}`,
  names: TOPICS.map((topic) => `topic:${topic}`),
});

const triggers = new Triggers<DataModel>();
triggers.register("posts", postsByTopic.gate);

/** Counts posts that were there before there was a counter. Schedules itself until it is done. */
export const backfillPosts = internalMutation({
  args: { isStart: v.boolean() },
  returns: v.null(),
  handler: async (ctx, { isStart }) => {
    if (isStart) await postsByTopic.start(ctx);
    const { isDone } = await postsByTopic.step(ctx);
    if (!isDone)
      await ctx.scheduler.runAfter(0, internal.shardedCounter.backfillPosts, { isStart: false });
    return null;
  },
});
// #endregion

// #region trigger
export const post = mutation({
  args: { topic: v.string(), title: v.string() },
  returns: v.id("posts"),
  // Every write through this `db` is counted: inserts, updates and deletes.
  handler: (ctx, args) => triggers.wrapDB(ctx).db.insert("posts", args),
});

export const move = mutation({
  args: { id: v.id("posts"), topic: v.string() },
  returns: v.null(),
  handler: async (ctx, { id, topic }) => {
    await triggers.wrapDB(ctx).db.patch("posts", id, { topic });
    return null;
  },
});
// #endregion

export const topics = query({
  args: {},
  returns: v.array(v.object({ name: v.string(), count: v.number() })),
  handler: async (ctx) => {
    const paginationOpts = { numItems: 100, cursor: null };
    const { page } = await counter.list(ctx, { prefix: "topic:", paginationOpts });
    return page.filter(({ count }) => count !== 0);
  },
});

// #region series
export const clicksByHour = query({
  args: { now: v.number() },
  returns: v.array(v.object({ startAt: v.number(), delta: v.number(), total: v.number() })),
  handler: (ctx, { now }) =>
    counter.series(ctx, "clicks", { unit: "hour", startAt: now - 24 * HOUR_MS, endAt: now + 1 }),
});
// #endregion

/** Starts everything anew, with all tickets to be had. */
export const reset = mutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    for (const name of ["clicks", "payments"]) await counter.reset(ctx, name);
    await counter.set(ctx, "tickets", TICKETS);
    await visitors.reset(ctx, "today");
    const { db } = triggers.wrapDB(ctx);
    for (const { _id } of await db.query("posts").take(MOST_POSTS)) await db.delete("posts", _id);
    await ctx.runMutation(internal.shardedCounterLab.reset);
    return null;
  },
});

/** Something to look at in an empty deployment: posts that nobody has counted yet. */
export const seed = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    if (await ctx.db.query("posts").first()) return null;
    await counter.set(ctx, "tickets", TICKETS);
    for (const topic of TOPICS) await ctx.db.insert("posts", { topic, title: `About ${topic}` });
    await ctx.runMutation(internal.shardedCounter.backfillPosts, { isStart: true });
    return null;
  },
});
