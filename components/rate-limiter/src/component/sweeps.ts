import { v } from "convex/values";
import { vSweepReturns } from "../shared/validators.js";
import { internalMutation, internalQuery, mutation } from "./_generated/server.js";
import { clearAll as clear, resetAll as resetBatch } from "./model/clear.js";
import { listIdle as idleAt } from "./model/idle.js";
import { sweep as sweepBatch, sweepInBackground } from "./model/sweep.js";

export const sweep = mutation({
  args: {},
  returns: vSweepReturns,
  handler: (ctx) => sweepBatch(ctx, Date.now()),
});

export const resetAll = mutation({
  args: { name: v.string() },
  returns: vSweepReturns,
  handler: (ctx, { name }) => resetBatch(ctx, name),
});

export const clearAll = mutation({
  args: { before: v.optional(v.number()) },
  returns: v.null(),
  handler: async (ctx, { before }) => {
    await clear(ctx, before);
    return null;
  },
});

/** Goes on clearing. Scheduled by `clearAll`. */
export const clearInBackground = internalMutation({
  args: { before: v.optional(v.number()) },
  returns: v.null(),
  handler: async (ctx, { before }) => {
    await clear(ctx, before);
    return null;
  },
});

/** Deletes what answers no question any more. Scheduled by requests, at random, and by itself. */
export const background = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    await sweepInBackground(ctx);
    return null;
  },
});

/** What may be swept, for sweeps that look for it through a snapshot. */
export const listIdle = internalQuery({
  args: { asOf: v.number() },
  returns: v.object({
    rows: v.array(v.id("rateLimits")),
    checkpoints: v.array(v.id("checkpoints")),
  }),
  handler: (ctx, { asOf }) => idleAt(ctx, asOf),
});
