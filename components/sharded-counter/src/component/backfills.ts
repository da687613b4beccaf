import { v } from "convex/values";
import { vAddition, vCounter, vShard } from "../shared/validators.js";
import { mutation, query } from "./_generated/server.js";
import { addGated, advanceBackfill, backfillProgress, startBackfill } from "./model/backfills.js";

/** Begins a backfill, or begins it anew. */
export const start = mutation({
  args: { id: v.string(), cutoff: v.number(), counters: v.array(vCounter) },
  returns: v.null(),
  handler: async (ctx, args) => {
    await startBackfill(ctx, args);
    return null;
  },
});

/** Where the next step goes on; null if the backfill is not running. */
export const progress = query({
  args: { id: v.string() },
  returns: v.union(v.null(), v.object({ countedUntil: v.number(), cutoff: v.number() })),
  handler: (ctx, { id }) => backfillProgress(ctx, id),
});

/** Counts a batch of documents. */
export const advance = mutation({
  args: {
    id: v.string(),
    countedUntil: v.union(v.number(), v.null()),
    additions: v.array(vAddition),
  },
  returns: v.null(),
  handler: async (ctx, args) => {
    await advanceBackfill(ctx, args);
    return null;
  },
});

/** Counts a change of a document created at `createdAt`; null if a step is to count it. */
export const add = mutation({
  args: { id: v.string(), createdAt: v.number(), additions: v.array(vAddition) },
  returns: v.union(v.null(), v.array(vShard)),
  handler: (ctx, args) => addGated(ctx, args),
});
