import { v } from "convex/values";
import { DEFAULT_SHARDS, MAX_SHARDS } from "../shared/config.js";
import {
  vAddition,
  vBounds,
  vCounter,
  vShard,
  vSweepReturns,
  vTotal,
  vTryAddReturns,
} from "../shared/validators.js";
import { internalQuery, mutation, query } from "./_generated/server.js";
import * as counters from "./model/counters.js";
import { deletePrefix as deleteCounters, listCounters } from "./model/names.js";
import { listShards } from "./model/shards.js";
import * as totals from "./model/totals.js";

/*
 * `add`, `count`, `rebalance`, `reset` and `estimateCount` take what the functions of the official
 * package take, and answer alike, for the empty name, too. The class calls the others, which know all
 * that ours can do.
 */

export const add = mutation({
  args: {
    name: v.string(),
    count: v.number(),
    shard: v.optional(v.number()),
    shards: v.optional(v.number()),
  },
  returns: v.number(),
  handler: async (ctx, addition) => {
    const { shard, shards = shard === undefined ? DEFAULT_SHARDS : MAX_SHARDS } = addition;
    return Number(await counters.add(ctx, { ...addition, shards }));
  },
});

export const count = query({
  args: { name: v.string() },
  returns: v.number(),
  handler: (ctx, { name }) => totals.count(ctx, name),
});

export const rebalance = mutation({
  args: { name: v.string(), shards: v.optional(v.number()), bounds: v.optional(vBounds) },
  returns: v.null(),
  handler: async (ctx, counter) => {
    await counters.rebalance(ctx, counter);
    return null;
  },
});

export const reset = mutation({
  args: vCounter.fields,
  returns: v.null(),
  handler: async (ctx, counter) => {
    await counters.reset(ctx, counter);
    return null;
  },
});

export const estimateCount = query({
  args: {
    name: v.string(),
    readFromShards: v.optional(v.number()),
    shards: v.optional(v.number()),
  },
  returns: v.number(),
  handler: (ctx, args) => totals.estimate(ctx, args),
});

/** Adds to many counters, and answers which rows were written. */
export const addMany = mutation({
  args: { additions: v.array(vAddition) },
  returns: v.array(vShard),
  handler: (ctx, { additions }) => counters.addMany(ctx, additions),
});

/** Exact totals, in the order of the names. */
export const countMany = query({
  args: { names: v.array(v.string()) },
  returns: v.array(vTotal),
  handler: (ctx, { names }) => totals.totals(ctx, names),
});

/** `countMany` for mutations: exact as of their snapshot, and depends on nothing that others add. */
export const countManyInMutation = mutation({
  args: {
    counters: v.array(v.object({ name: v.string(), shards: v.array(v.number()) })),
  },
  returns: v.array(vTotal),
  handler: (ctx, { counters }) => totals.totalsInMutation(ctx, counters),
});

export const set = mutation({
  args: { ...vCounter.fields, value: vTotal },
  returns: v.null(),
  handler: async (ctx, { value, ...counter }) => {
    await counters.set(ctx, counter, value);
    return null;
  },
});

export const getAndReset = mutation({
  args: vCounter.fields,
  returns: vTotal,
  handler: (ctx, counter) => counters.getAndReset(ctx, counter),
});

export const tryAdd = mutation({
  args: { ...vAddition.fields, bounds: vBounds },
  returns: v.object({ ...vTryAddReturns.fields, shard: vShard }),
  handler: (ctx, addition) => counters.tryAdd(ctx, addition),
});

/** Counters by name, in pages. */
export const list = query({
  args: {
    prefix: v.string(),
    numItems: v.number(),
    cursor: v.union(v.string(), v.null()),
    endCursor: v.optional(v.union(v.string(), v.null())),
  },
  returns: v.object({
    page: v.array(v.object({ name: v.string(), total: vTotal })),
    isDone: v.boolean(),
    continueCursor: v.string(),
  }),
  handler: (ctx, args) => listCounters(ctx, args),
});

/** Deletes counters by the beginning of their names, some thousand documents at a time. */
export const deletePrefix = mutation({
  args: { prefix: v.string() },
  returns: vSweepReturns,
  handler: (ctx, { prefix }) => deleteCounters(ctx, prefix),
});

/** Every row of a counter, for mutations that look at them through a snapshot. */
export const scan = internalQuery({
  args: { name: v.string() },
  returns: v.array(
    v.object({
      shard: v.number(),
      value: vTotal,
      rest: v.optional(v.number()),
      bounds: v.optional(vBounds),
    }),
  ),
  handler: async (ctx, { name }) => {
    const rows = await listShards(ctx, name);
    return rows.map(({ shard, value, rest, bounds }) => ({ shard, value, rest, bounds }));
  },
});
