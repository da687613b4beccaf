import type { SweepReturns } from "../../shared/validators.js";
import { internal } from "../_generated/api.js";
import type { Id } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { validateInstant } from "../../shared/validation.js";
import { sweep } from "./sweep.js";

/** Rows of each table that are cleared at a time: the longest have 30 KB, and are read twice. */
const BATCH = 128;

/** Where use is kept. */
const TABLES = ["rateLimits", "events", "checkpoints", "leases", "reservations"] as const;

/** Deletes all that one limit's keys have used, one batch of each table. */
export async function resetAll(ctx: MutationCtx, name: string): Promise<SweepReturns> {
  const { db } = ctx;
  const rows = db.query("rateLimits").withIndex("name", (q) => q.eq("name", name));
  const events = db.query("events").withIndex("by_name_key_seq", (q) => q.eq("name", name));
  const checkpoints = db
    .query("checkpoints")
    .withIndex("by_name_key_seq", (q) => q.eq("name", name));
  const leases = db.query("leases").withIndex("by_name_key_slot", (q) => q.eq("name", name));
  const reservations = db.query("reservations").withIndex("by_name_key", (q) => q.eq("name", name));
  return totalOf([
    await deleteBatch(ctx, "rateLimits", rows),
    await deleteBatch(ctx, "events", events),
    await deleteBatch(ctx, "checkpoints", checkpoints),
    await deleteBatch(ctx, "leases", leases),
    await deleteBatch(ctx, "reservations", reservations),
  ]);
}

/**
 * Deletes all that anybody has used, or only what has been of no use since `before`, and comes again
 * until it is done. Overrides stay: they are not use.
 */
export async function clearAll(ctx: MutationCtx, before: number | undefined): Promise<void> {
  if (before !== undefined) validateInstant("clearAll", "before", before);
  const { isDone } =
    before === undefined ? await clearBatch(ctx) : await sweep(ctx, Math.min(before, Date.now()));
  if (!isDone) await ctx.scheduler.runAfter(0, internal.sweeps.clearInBackground, { before });
}

async function clearBatch(ctx: MutationCtx): Promise<SweepReturns> {
  const counts: number[] = [];
  for (const table of TABLES) counts.push(await deleteBatch(ctx, table, ctx.db.query(table)));
  return totalOf(counts);
}

async function deleteBatch<Table extends (typeof TABLES)[number]>(
  ctx: MutationCtx,
  table: Table,
  rows: { take(n: number): Promise<{ _id: Id<Table> }[]> },
): Promise<number> {
  const batch = await rows.take(BATCH);
  for (const { _id } of batch) await ctx.db.delete(table, _id);
  return batch.length;
}

function totalOf(counts: readonly number[]): SweepReturns {
  const deleted = counts.reduce((sum, count) => sum + count, 0);
  return { deleted, isDone: counts.every((count) => count < BATCH) };
}
