import type { MutationCtx } from "../_generated/server.js";
import { foldLog } from "./log.js";
import type { Subject } from "./shards.js";

/** One sweep's events: a read and a delete each, and four queries per limit. */
const BATCH = 512;

/** Checkpoints of one limit: those of the events that a sweep has not come to yet. */
const MOST_CHECKPOINTS = 1024;

/**
 * When every transaction that began before something was committed has ended, by any clock. One that
 * has not, and reads what a sweep deletes, is run again.
 */
const SETTLED_AFTER_MS = 60_000;

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

/** Whose event it was, and when it was committed. */
interface Committed extends Subject {
  seq: bigint;
}

/**
 * Deletes the oldest events, whatever their limit, once a checkpoint holds them. Younger ones are
 * left alone: what is in flight may be reading them. So nothing is waited for, and the limits that
 * nobody calls any more do not stand in the way of those behind them.
 */
export async function sweepLog(ctx: MutationCtx): Promise<{ deleted: number; isDone: boolean }> {
  const settledBefore = Date.now() - SETTLED_AFTER_MS;
  const oldest = await ctx.db
    .query("events")
    .withIndex("by_creation_time", (q) => q.lte("_creationTime", settledBefore))
    .take(BATCH);
  const last = new Map<string, Committed>();
  for (const { name, key, seq } of oldest) {
    const id = JSON.stringify([name, key]);
    const before = last.get(id)?.seq ?? 0n;
    if (typeof seq === "bigint" && seq > before) last.set(id, { name, key, seq });
  }
  for (const event of last.values()) await hold(ctx, event, settledBefore);
  for (const { _id } of oldest) await ctx.db.delete("events", _id);
  return { deleted: oldest.length, isDone: oldest.length < BATCH };
}

/**
 * Sees to it that every checkpoint a request could start from holds a limit's events up to `seq`.
 * Those of a busy limit do; one that nobody has called for a minute gets one now. Others go.
 */
async function hold(
  ctx: MutationCtx,
  { name, key, seq }: Committed,
  settledBefore: number,
): Promise<void> {
  const horizon = BigInt(settledBefore) * NANOSECONDS_PER_MILLISECOND;
  const checkpoints = await ctx.db
    .query("checkpoints")
    .withIndex("by_name_key_seq", (q) => q.eq("name", name).eq("key", key))
    .order("desc")
    .take(MOST_CHECKPOINTS);
  const settled = checkpoints.findIndex((one) => typeof one.seq === "bigint" && one.seq <= horizon);
  const inUse = checkpoints.slice(0, settled + 1);
  const isHeld = inUse.length > 0 && inUse.every(({ upTo }) => upTo >= seq);
  const isFolded = !isHeld && (await foldLog(ctx, { name, key }));
  const kept = isHeld ? inUse.length : isFolded ? 0 : 1;
  for (const { _id } of checkpoints.slice(kept)) await ctx.db.delete("checkpoints", _id);
}
