import {
  validateAddition,
  validateBatch,
  validateCounter,
  validateKey,
} from "../../shared/config.js";
import type { Addition, Counter } from "../../shared/validators.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { addMany, reset } from "./counters.js";

/** Begins anew: counts of the given counters go to 0, and no document up to `cutoff` is counted. */
export async function startBackfill(
  ctx: MutationCtx,
  { id, cutoff, counters }: { id: string; cutoff: number; counters: readonly Counter[] },
): Promise<void> {
  validateKey(id, id, "id");
  validateBatch(counters.length);
  for (const counter of counters) validateCounter(counter);
  for (const counter of counters) await reset(ctx, counter);
  const backfill = await getBackfill(ctx, id);
  if (backfill) await ctx.db.patch("backfills", backfill._id, { status: "running", cutoff });
  else await ctx.db.insert("backfills", { id, status: "running", cutoff });
  const cursor = await getCursor(ctx, id);
  const countedUntil = 0;
  if (cursor) await ctx.db.patch("backfillCursors", cursor._id, { countedUntil });
  else await ctx.db.insert("backfillCursors", { id, countedUntil });
}

/** How far a running backfill has come; null for one that is not running. */
export async function backfillProgress(
  ctx: QueryCtx,
  id: string,
): Promise<{ countedUntil: number; cutoff: number } | null> {
  const backfill = await getBackfill(ctx, id);
  const cursor = await getCursor(ctx, id);
  if (backfill?.status !== "running" || !cursor) return null;
  return { countedUntil: cursor.countedUntil, cutoff: backfill.cutoff };
}

/** Counts a batch of documents, and moves on to `countedUntil`; null ends the backfill. */
export async function advanceBackfill(
  ctx: MutationCtx,
  {
    id,
    countedUntil,
    additions,
  }: {
    id: string;
    countedUntil: number | null;
    additions: readonly Addition[];
  },
): Promise<void> {
  await addMany(ctx, additions);
  const cursor = await getCursor(ctx, id);
  const backfill = await getBackfill(ctx, id);
  if (!cursor || backfill?.status !== "running")
    throw new Error(`invariant: the backfill "${id}" is running in its own step`);
  if (countedUntil !== null) {
    await ctx.db.patch("backfillCursors", cursor._id, { countedUntil });
    return;
  }
  await ctx.db.delete("backfillCursors", cursor._id);
  await ctx.db.patch("backfills", backfill._id, { status: "done" });
}

/**
 * Counts a change of a document, unless a step is still to come to the document and will count it as
 * it is then. Depends on the status alone for documents that steps do not count.
 */
export async function addGated(
  ctx: MutationCtx,
  { id, createdAt, additions }: { id: string; createdAt: number; additions: readonly Addition[] },
): Promise<(number | null)[] | null> {
  for (const addition of additions) validateAddition(addition);
  const backfill = await getBackfill(ctx, id);
  if (backfill?.status === "running" && createdAt <= backfill.cutoff) {
    const cursor = await getCursor(ctx, id);
    if (cursor && createdAt > cursor.countedUntil) return null;
  }
  return addMany(ctx, additions);
}

function getBackfill(ctx: QueryCtx, id: string): Promise<Doc<"backfills"> | null> {
  return ctx.db
    .query("backfills")
    .withIndex("by_backfill", (q) => q.eq("id", id))
    .unique();
}

function getCursor(ctx: QueryCtx, id: string): Promise<Doc<"backfillCursors"> | null> {
  return ctx.db
    .query("backfillCursors")
    .withIndex("by_backfill", (q) => q.eq("id", id))
    .unique();
}
