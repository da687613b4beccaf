import { blockAt, type Block } from "../../shared/blocks.js";
import { drainedAt, toState, type Usage } from "../../shared/bucket.js";
import type { ResolvedConfig } from "../../shared/kinds.js";
import { isCurrent, shareOf, type Pool, type ShardState } from "../../shared/pool.js";
import { periodOf } from "../../shared/windows.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { sweepSometimes } from "./housekeeping.js";
import type { Call } from "./calls.js";

/** Whose limit: its name, and its key if it is not shared by everybody. */
export interface Subject {
  name: string;
  key?: string;
}

export type Shard = Doc<"rateLimits">;

/** More than any layout of ours has; the official package may have left more behind. */
const MOST_SHARDS = 1024;

/** Rounding an instant up to it keeps the index entry of a busy row in its place. */
const MIN_FREE_STEP_MS = 60_000;

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

export function toShardRow({ shard, value, ts, cap, layout, prev, log, block }: Shard): ShardRow {
  return { shard, value, ts, cap, layout, prev, log, block };
}

/** What one shard is to have used, its row if it has one, and its block if that is to change. */
export interface ShardWrite {
  shard: number;
  row: Shard | null;
  usage: Usage;
  block?: Block;
}

/** What all shards are to have used, their rows, and their block if that is to change. */
export interface PoolWrite {
  rows: Shard[];
  before: Pool;
  after: Pool;
  block?: Block;
}

/** Stores what one shard has used. Costs 1 write, and 1 more read when the row exists. */
export async function putShard(
  ctx: MutationCtx,
  { subject, config, request, autoSweep }: Call,
  { shard, row, usage, block = row?.block }: ShardWrite,
): Promise<void> {
  const share = shareOf(config);
  const inForce = blockAt([{ block }], request.now);
  const state = { ...toState(usage, share), layout: config.shards, block: inForce };
  const fields = { ...state, freeAt: freeAt(usage, share, inForce) };
  if (row) {
    await ctx.db.patch("rateLimits", row._id, fields);
    return;
  }
  await ctx.db.insert("rateLimits", { name: subject.name, key: subject.key, shard, ...fields });
  await sweepSometimes(ctx, { autoSweep });
}

/** When the row will say no more than a missing one, rounded up. */
function freeAt(usage: Usage, share: ResolvedConfig, block: Block | undefined): number {
  const stepMs = Math.max(periodOf(share) / 4, MIN_FREE_STEP_MS);
  const drained = Math.max(drainedAt(usage, share), block?.expiresAt ?? 0);
  return Math.ceil(drained / stepMs) * stepMs;
}

/**
 * Stores a pool over all rows of a limit: only shards that changed, or all of them when the rows are
 * of another layout or of a greater capacity, and then what belongs to no shard goes.
 */
export async function putPool(
  ctx: MutationCtx,
  call: Call,
  { rows, before, after, block = blockAt(rows, call.request.now) }: PoolWrite,
): Promise<void> {
  const { shards } = call.config;
  const isMoving = rows.some(({ layout }) => layout !== shards) || !isCurrent(rows, call.config);
  for (const [shard, usage] of after.entries()) {
    if (usage === before[shard] && !isMoving) continue;
    const row = rows.find((candidate) => candidate.shard === shard) ?? null;
    await putShard(ctx, call, { shard, row, usage, block });
  }
  for (const row of rows) if (row.shard >= shards) await ctx.db.delete("rateLimits", row._id);
}

export async function deleteShards(ctx: MutationCtx, subject: Subject): Promise<void> {
  for (const row of await listShards(ctx, subject)) await ctx.db.delete("rateLimits", row._id);
}

/** Whether this transaction has written anything, which its snapshot would lack. */
export async function hasWritten(ctx: MutationCtx): Promise<boolean> {
  return (await ctx.meta.getTransactionMetrics()).documentsWritten.used > 0;
}
