import type { MutationCtx } from "../_generated/server.js";

/** One sweep's rows of each table: a read and a delete each. */
const BATCH = 256;

/** Deletes leases, reservations and overrides that have expired. */
export async function sweepExpired(
  ctx: MutationCtx,
  asOf: number,
): Promise<{ deleted: number; isDone: boolean }> {
  let isDone = true;
  let deleted = 0;
  for (const table of ["leases", "reservations", "overrides"] as const) {
    const expired = await ctx.db
      .query(table)
      .withIndex("by_expiresAt", (q) => q.gt("expiresAt", -Infinity).lte("expiresAt", asOf))
      .take(BATCH);
    for (const { _id } of expired) await ctx.db.delete(table, _id);
    deleted += expired.length;
    isDone &&= expired.length < BATCH;
  }
  return { deleted, isDone };
}
