import type { BucketState } from "../../shared/bucket.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";

/** Whose limit: its name, and its key if it is not shared by everybody. */
export interface Subject {
  name: string;
  key?: string;
}

export type Shard = Doc<"rateLimits">;

const ONLY_SHARD = 0;

/** The row of a limit, or null if it was never used. Costs 1 query and at most 1 document. */
export function getShard(ctx: QueryCtx, { name, key }: Subject): Promise<Shard | null> {
  return ctx.db
    .query("rateLimits")
    .withIndex("name", (q) => q.eq("name", name).eq("key", key).eq("shard", ONLY_SHARD))
    .unique();
}

/** Stores what is left of a limit. Costs 1 write, and 1 more read when the row exists. */
export async function putShard(
  ctx: MutationCtx,
  { name, key }: Subject,
  { shard, next }: { shard: Shard | null; next: Required<BucketState> },
): Promise<void> {
  if (shard) await ctx.db.patch("rateLimits", shard._id, next);
  else await ctx.db.insert("rateLimits", { name, key, shard: ONLY_SHARD, ...next });
}

export async function deleteShard(ctx: MutationCtx, subject: Subject): Promise<void> {
  const shard = await getShard(ctx, subject);
  if (shard) await ctx.db.delete("rateLimits", shard._id);
}
