import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { SWEEP_AFTER_MS } from "./log.js";
import { deleteExpiredKeys, MOST_EXPIRED } from "./once.js";
import { sweepBatch } from "./sweep.js";

/** A chain that is this late has died, which takes a defect of ours. Another one takes over. */
const DEAD_AFTER_MS = 600_000;

/**
 * The longest that a chain waits for a key to expire. A job of a chain that was taken over meanwhile
 * is gone by then, and the backend schedules nothing for a time that is years away.
 */
const LONGEST_WAIT_MS = 86_400_000;

/** One run of the chain of sweeps. */
export interface Run {
  /** The chain that it belongs to. @default a new one, unless there is one already */
  chain?: Id<"sweeps">;
  /** Where the pass goes on. @default from the oldest event */
  after?: number;
}

/**
 * Sweeps a batch, and comes again while there is something left to do: at once within a pass over the
 * log, 90 seconds later for events that have yet to settle, and then for keys that have yet to expire.
 * Ends when nothing is left, so it ends when nobody adds.
 */
export async function runSweep(ctx: MutationCtx, { chain, after = 0 }: Run): Promise<void> {
  const row = chain ? await ctx.db.get("sweeps", chain) : await startChain(ctx);
  if (!row) return;
  const expired = await deleteExpiredKeys(ctx);
  const { next } = await sweepBatch(ctx, after);
  const runAt = next !== null || expired === MOST_EXPIRED ? Date.now() : await nextRunAt(ctx);
  if (runAt === null) {
    await ctx.db.delete("sweeps", row._id);
    return;
  }
  await ctx.db.patch("sweeps", row._id, { runAt });
  const args = next === null ? { chain: row._id } : { chain: row._id, after: next };
  await ctx.scheduler.runAt(runAt, internal.events.runSweep, args);
}

/** Whether a chain is on its way and soon there. */
export async function isChainPending(ctx: QueryCtx): Promise<boolean> {
  const row = await ctx.db.query("sweeps").first();
  return row !== null && isPending(row);
}

function isPending({ runAt }: Doc<"sweeps">): boolean {
  const inMs = runAt - Date.now();
  return inMs > -DEAD_AFTER_MS && inMs <= SWEEP_AFTER_MS;
}

/** Many additions may have asked for a chain: the first to come makes it. */
async function startChain(ctx: MutationCtx): Promise<Doc<"sweeps"> | null> {
  const row = await ctx.db.query("sweeps").first();
  if (row && isPending(row)) return null;
  if (row) await ctx.db.delete("sweeps", row._id);
  return ctx.db.get("sweeps", await ctx.db.insert("sweeps", { runAt: Date.now() }));
}

async function nextRunAt(ctx: MutationCtx): Promise<number | null> {
  const soonest = Date.now() + SWEEP_AFTER_MS;
  if (await ctx.db.query("events").first()) return soonest;
  const key = await ctx.db.query("onceKeys").withIndex("by_expiresAt").first();
  return key && Math.min(Math.max(key.expiresAt, soonest), Date.now() + LONGEST_WAIT_MS);
}
