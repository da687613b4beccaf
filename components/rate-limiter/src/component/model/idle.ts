import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { getOverride } from "./overrides.js";
import { hasWritten, type Subject } from "./shards.js";

/** One sweep's rows and checkpoints: a few reads and a delete each, and the longest have 30 KB. */
const BATCH = 128;

/** Checkpoints of one limit that nobody has swept. */
const MOST_CHECKPOINTS = 1024;

/** A row that has to stay although it has drained is looked at again after so long. */
const LOOK_AGAIN_AFTER_MS = 3_600_000;

/** What a sweep may delete, as a snapshot has it. */
export interface Idle {
  rows: Id<"rateLimits">[];
  checkpoints: Id<"checkpoints">[];
}

/**
 * Deletes rows and checkpoints that say no more than missing ones. They are found through the
 * snapshot, so that looking for them conflicts with nobody, and read again before they go. A
 * transaction that has written looks for them as it is: its snapshot shows what it has deleted.
 */
export async function sweepIdle(
  ctx: MutationCtx,
  asOf: number,
): Promise<{ deleted: number; isDone: boolean }> {
  const found: Idle = (await hasWritten(ctx))
    ? await listIdle(ctx, asOf)
    : await ctx.runQuery(internal.sweeps.listIdle, { asOf }, { useStaleSnapshot: true });
  const outcomes: Outcome[] = [];
  for (const id of found.rows) outcomes.push(await sweepRow(ctx, id, asOf));
  let deleted = outcomes.filter((outcome) => outcome === "deleted").length;
  for (const id of found.checkpoints) deleted += await sweepCheckpoint(ctx, id, asOf);
  const isFull = found.rows.length === BATCH || found.checkpoints.length === BATCH;
  // A batch of which nothing went or moved would be found again and again.
  return { deleted, isDone: !isFull || (deleted === 0 && !outcomes.includes("put off")) };
}

/** Shards before their shard 0, which is the last to go. */
export async function listIdle(ctx: QueryCtx, asOf: number): Promise<Idle> {
  const rows = await ctx.db
    .query("rateLimits")
    .withIndex("by_freeAt", (q) => q.gt("freeAt", 0).lte("freeAt", asOf))
    .take(BATCH);
  const checkpoints = await ctx.db
    .query("checkpoints")
    .withIndex("by_freeAt", (q) => q.lte("freeAt", asOf))
    .take(BATCH);
  return {
    rows: rows.sort((one, other) => other.shard - one.shard).map(({ _id }) => _id),
    checkpoints: checkpoints.map(({ _id }) => _id),
  };
}

type Outcome = "deleted" | "put off" | "in use";

async function sweepRow(ctx: MutationCtx, id: Id<"rateLimits">, asOf: number): Promise<Outcome> {
  const row = await ctx.db.get("rateLimits", id);
  if (!row || !((row.freeAt ?? Infinity) <= asOf)) return "in use";
  if ((await isAnchor(ctx, row)) || (await getOverride(ctx, row))) {
    await ctx.db.patch("rateLimits", id, { freeAt: asOf + LOOK_AGAIN_AFTER_MS });
    return "put off";
  }
  await ctx.db.delete("rateLimits", id);
  return "deleted";
}

/** Whether others would be left without shard 0, by which they tell how many they are. */
async function isAnchor(ctx: QueryCtx, { name, key, shard }: Doc<"rateLimits">): Promise<boolean> {
  if (shard !== 0) return false;
  const other = await ctx.db
    .query("rateLimits")
    .withIndex("name", (q) => q.eq("name", name).eq("key", key).gt("shard", 0))
    .first();
  return other !== null;
}

/** A checkpoint can go when nothing follows it; then all of its limit's can. */
async function sweepCheckpoint(
  ctx: MutationCtx,
  id: Id<"checkpoints">,
  asOf: number,
): Promise<number> {
  const checkpoint = await ctx.db.get("checkpoints", id);
  if (!checkpoint || (await hasEvents(ctx, checkpoint))) return 0;
  if (await getOverride(ctx, checkpoint)) {
    await ctx.db.patch("checkpoints", id, { freeAt: asOf + LOOK_AGAIN_AFTER_MS });
    return 0;
  }
  const { name, key } = checkpoint;
  const all = await ctx.db
    .query("checkpoints")
    .withIndex("by_name_key_seq", (q) => q.eq("name", name).eq("key", key))
    .order("desc")
    .take(MOST_CHECKPOINTS);
  if (!all[0] || all[0].freeAt > asOf) return 0;
  for (const { _id } of all) await ctx.db.delete("checkpoints", _id);
  return all.length;
}

async function hasEvents(ctx: QueryCtx, { name, key }: Subject): Promise<boolean> {
  const event = await ctx.db
    .query("events")
    .withIndex("by_name_key_seq", (q) => q.eq("name", name).eq("key", key))
    .first();
  return event !== null;
}
