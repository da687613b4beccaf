import { toState, type Usage } from "../../shared/bucket.js";
import type { ResolvedConfig } from "../../shared/config.js";
import { shareOf, type Pool, type ShardState } from "../../shared/pool.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";

/** Whose limit: its name, and its key if it is not shared by everybody. */
export interface Subject {
  name: string;
  key?: string;
}

export type Shard = Doc<"rateLimits">;

/** More than any layout of ours has; the official package may have left more behind. */
const MOST_SHARDS = 1024;

/** One row of a limit, or null if it was never used. Costs 1 query and at most 1 document. */
export function getShard(
  ctx: QueryCtx,
  { name, key }: Subject,
  shard: number,
): Promise<Shard | null> {
  return ctx.db
    .query("rateLimits")
    .withIndex("name", (q) => q.eq("name", name).eq("key", key).eq("shard", shard))
    .unique();
}

/** Every row of a limit. Costs 1 query, and conflicts with every change of the limit. */
export function listShards(ctx: QueryCtx, { name, key }: Subject): Promise<Shard[]> {
  return ctx.db
    .query("rateLimits")
    .withIndex("name", (q) => q.eq("name", name).eq("key", key))
    .take(MOST_SHARDS);
}

/** What a scan of the snapshot tells of a row. */
export type ShardRow = ShardState;

/** What one shard is to have used, and its row if it has one. */
export interface ShardWrite {
  shard: number;
  row: Shard | null;
  usage: Usage;
}

/** Stores what one shard has used. Costs 1 write, and 1 more read when the row exists. */
export async function putShard(
  ctx: MutationCtx,
  { subject, config }: { subject: Subject; config: ResolvedConfig },
  { shard, row, usage }: ShardWrite,
): Promise<void> {
  const fields = { ...toState(usage, shareOf(config)), layout: config.shards };
  if (row) await ctx.db.patch("rateLimits", row._id, fields);
  else
    await ctx.db.insert("rateLimits", { name: subject.name, key: subject.key, shard, ...fields });
}

/**
 * Stores a pool over all rows of a limit: only shards that changed, or all of them when the rows
 * are of another layout, and then what belongs to no shard goes.
 */
export async function putPool(
  ctx: MutationCtx,
  limit: { subject: Subject; config: ResolvedConfig },
  { rows, before, after }: { rows: Shard[]; before: Pool; after: Pool },
): Promise<void> {
  const { shards } = limit.config;
  const isMoving = rows.some(({ layout }) => layout !== shards);
  for (const [shard, usage] of after.entries()) {
    if (usage === before[shard] && !isMoving) continue;
    const row = rows.find((candidate) => candidate.shard === shard) ?? null;
    await putShard(ctx, limit, { shard, row, usage });
  }
  for (const row of rows) if (row.shard >= shards) await ctx.db.delete("rateLimits", row._id);
}

export async function deleteShards(ctx: MutationCtx, subject: Subject): Promise<void> {
  for (const row of await listShards(ctx, subject)) await ctx.db.delete("rateLimits", row._id);
}
