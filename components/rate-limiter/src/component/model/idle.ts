import { internal } from "../_generated/api.js";
import type { Doc, Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { getOverride } from "./overrides.js";
import { hasWritten, listShards, type Subject } from "./shards.js";

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
  const drained = new Map<string, number>();
  for (const id of found.rows) outcomes.push(await sweepRow(ctx, id, { asOf, drained }));
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

interface Sweeping {
  asOf: number;
  /** When all rows of a limit will have drained, of limits that were looked at. */
  drained: Map<string, number>;
}

async function sweepRow(
  ctx: MutationCtx,
  id: Id<"rateLimits">,
  sweeping: Sweeping,
): Promise<Outcome> {
  const { asOf } = sweeping;
  const row = await ctx.db.get("rateLimits", id);
  if (!row || !((row.freeAt ?? Infinity) <= asOf)) return "in use";
  const keptUntil = await neededUntil(ctx, row, sweeping);
  if (keptUntil > asOf) {
    await ctx.db.patch("rateLimits", id, { freeAt: keptUntil });
    return "put off";
  }
  await ctx.db.delete("rateLimits", id);
  return "deleted";
}

/**
 * Until when a drained row has to stay. Rows that are moved to another number of shards are moved as of
 * when the last of them was written, with what those that have drained since had used by then: so the
 * rows of a limit go together. Shard 0 is the last, by which others tell how many they are.
 */
async function neededUntil(
  ctx: QueryCtx,
  row: Doc<"rateLimits">,
  { asOf, drained }: Sweeping,
): Promise<number> {
  const later = asOf + LOOK_AGAIN_AFTER_MS;
  if (await getOverride(ctx, row)) return later;
  if (row.shard === 0) return (await listOthers(ctx, row)).length > 0 ? later : asOf;
  const { name, key } = row;
  const id = JSON.stringify([name, key]);
  const rows = drained.has(id) ? [] : await listShards(ctx, row);
  const known = drained.get(id) ?? Math.max(...rows.map(({ freeAt = later }) => freeAt));
  drained.set(id, known);
  return known;
}

/** At most one other shard than shard 0. */
function listOthers(ctx: QueryCtx, { name, key }: Subject): Promise<Doc<"rateLimits">[]> {
  return ctx.db
    .query("rateLimits")
    .withIndex("name", (q) => q.eq("name", name).eq("key", key).gt("shard", 0))
    .take(1);
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
