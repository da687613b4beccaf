import { v } from "convex/values";
import { vAddition, vShard, vSweepReturns, vTotal } from "../shared/validators.js";
import { internalMutation, internalQuery, mutation, query } from "./_generated/server.js";
import { isChainPending, runSweep as run } from "./model/chain.js";
import { series as readSeries } from "./model/history.js";
import { addOnce } from "./model/once.js";
import { sweepNow } from "./model/sweep.js";
import { rollup as readRollup } from "./model/totals.js";

/** Adds unless the same key was added already. */
export const once = mutation({
  args: { ...vAddition.fields, key: v.string(), ttlMs: v.number() },
  returns: v.object({ isFirst: v.boolean(), shard: vShard }),
  handler: (ctx, { key, ttlMs, ...addition }) => addOnce(ctx, addition, { key, ttlMs }),
});

/** What a counter was at the newest checkpoint of its log. `asOf` is in milliseconds of UTC. */
export const rollup = query({
  args: { name: v.string() },
  returns: v.object({ count: vTotal, asOf: v.number() }),
  handler: (ctx, { name }) => readRollup(ctx, name),
});

/** By how much a counter changed, by hours or days. */
export const series = query({
  args: {
    name: v.string(),
    unit: v.union(v.literal("hour"), v.literal("day")),
    startAt: v.number(),
    endAt: v.number(),
  },
  returns: v.array(v.object({ startAt: v.number(), delta: vTotal, total: vTotal })),
  handler: (ctx, args) => readSeries(ctx, args),
});

/** Deletes a batch of events that checkpoints hold, and of keys that have expired. */
export const sweep = mutation({
  args: {},
  returns: vSweepReturns,
  handler: (ctx) => sweepNow(ctx),
});

/** One run of the chain of sweeps. Scheduled by additions, at random, and by itself. */
export const runSweep = internalMutation({
  args: { chain: v.optional(v.id("sweeps")), after: v.optional(v.number()) },
  returns: v.null(),
  handler: async (ctx, args) => {
    await run(ctx, args);
    return null;
  },
});

/** Whether a chain of sweeps is on its way, for additions that look through a snapshot. */
export const isSweepPending = internalQuery({
  args: {},
  returns: v.boolean(),
  handler: (ctx) => isChainPending(ctx),
});
