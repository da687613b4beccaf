import type { MutationCtx } from "../_generated/server.js";
import { foldLog } from "./log.js";
import type { Subject } from "./shards.js";

/** One sweep's events: a read and a delete each, far below the limits of a transaction. */
const BATCH = 512;

/** Checkpoints of one limit: those of the events that a sweep has not come to yet. */
const MOST_CHECKPOINTS = 1024;

/**
 * When every transaction that began before a checkpoint has ended, by any clock. A transaction that
 * has not, and reads what a sweep deletes, is run again.
 */
const SETTLED_AFTER_MS = 60_000;

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

/**
 * Works through the oldest events, whatever their limit. An event goes once every checkpoint that a
 * request could still start from holds it; a limit without a settled checkpoint gets one, for a later
 * sweep.
 */
export async function sweepLog(
  ctx: MutationCtx,
): Promise<{ deleted: number; isDone: boolean; isWaiting: boolean }> {
  const oldest = await ctx.db.query("events").order("asc").take(BATCH);
  const limits = new Map(
    oldest.map(({ name, key }) => [JSON.stringify([name, key]), { name, key }]),
  );
  let deleted = 0;
  let isWaiting = false;
  for (const subject of limits.values()) {
    const events = oldest.filter(({ name, key }) => name === subject.name && key === subject.key);
    const bound = await settle(ctx, subject);
    if (bound === null) isWaiting = true;
    for (const event of events) {
      if (bound === null || typeof event.seq !== "bigint" || event.seq > bound) continue;
      await ctx.db.delete("events", event._id);
      deleted += 1;
    }
  }
  return { deleted, isDone: deleted < BATCH, isWaiting };
}

/**
 * Up to where a limit's events are held by every checkpoint that is still in use; null if none has
 * settled. Older checkpoints go.
 */
async function settle(ctx: MutationCtx, subject: Subject): Promise<bigint | null> {
  const { name, key } = subject;
  const horizon = BigInt(Date.now() - SETTLED_AFTER_MS) * NANOSECONDS_PER_MILLISECOND;
  const checkpoints = await ctx.db
    .query("checkpoints")
    .withIndex("by_name_key_seq", (q) => q.eq("name", name).eq("key", key))
    .order("desc")
    .take(MOST_CHECKPOINTS);
  const settled = checkpoints.findIndex(({ seq }) => typeof seq === "bigint" && seq <= horizon);
  if (settled === -1) {
    if (checkpoints.length === 0) await foldLog(ctx, subject);
    return null;
  }
  for (const { _id } of checkpoints.slice(settled + 1)) await ctx.db.delete("checkpoints", _id);
  const inUse = checkpoints.slice(0, settled + 1).map(({ upTo }) => upTo);
  return inUse.reduce((least, upTo) => (upTo < least ? upTo : least));
}
