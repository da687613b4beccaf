import { advance, usageOf } from "../../shared/bucket.js";
import { decide, fitsShard, hasFutureRows, poolAt, shareOf, type Pool } from "../../shared/pool.js";
import type { RateLimitReturns } from "../../shared/validators.js";
import { internal } from "../_generated/api.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import type { Call } from "./limits.js";
import { getShard, putShard, type Shard, type ShardRow, type ShardWrite } from "./shards.js";

/**
 * Grants a request from one row, or from as few as possible, so that callers on other rows do not
 * conflict with this one. What the other rows hold is seen through the snapshot that the
 * transaction began with, which leaves no read dependency: enough to refuse on, and confirmed by
 * reading before anything is granted.
 *
 * Null when it takes a look at all rows: this transaction has written something, which the snapshot
 * lacks; rows of another layout must be moved; or the request is to go into debt.
 */
export async function consumeFromOne(
  ctx: MutationCtx,
  call: Call,
): Promise<RateLimitReturns | null> {
  const { subject, config, request } = call;
  const drawn = await getAnyShard(ctx, call);
  if (drawn.fits) {
    const usage = { used: drawn.usage.used + request.count, ts: drawn.usage.ts };
    if (request.count > 0) await putShard(ctx, call, { ...drawn, usage });
    return { ok: true };
  }
  if (await hasWritten(ctx)) return null;
  const rows: ShardRow[] = await ctx.runQuery(internal.limits.scan, subject, {
    useStaleSnapshot: true,
  });
  if (!isOfLayout(rows, config.shards) || hasFutureRows(rows, request.now)) return null;
  const pool = poolAt(rows, config, request.now);
  const choice = { preferred: drawn.shard, random: Math.random() };
  const { status, next } = decide(pool, config, { request, choice });
  if (next === null) return status;
  const writes =
    status.retryAfter === undefined ? await confirm(ctx, call, { pool, next, rows }) : null;
  if (writes === null) return null;
  for (const write of writes) await putShard(ctx, call, write);
  return status;
}

/** A row at random, and whether it has room by itself. */
export async function getAnyShard(
  ctx: QueryCtx,
  { subject, config, request }: Call,
): Promise<ShardWrite & { fits: boolean }> {
  const shard = Math.floor(Math.random() * config.shards);
  const row = await getShard(ctx, subject, shard);
  const share = shareOf(config);
  const usage = advance(row ? usageOf(row, share) : { used: 0, ts: 0 }, share, request.now);
  return {
    shard,
    row,
    usage,
    fits: row?.layout === config.shards && fitsShard(usage, request.count, config),
  };
}

/** Whether rows exist and are all of this layout. Shard 0 is the first to be made. */
function isOfLayout(rows: ShardRow[], shards: number): boolean {
  return rows.some(({ shard }) => shard === 0) && rows.every(({ layout }) => layout === shards);
}

async function hasWritten(ctx: MutationCtx): Promise<boolean> {
  return (await ctx.meta.getTransactionMetrics()).documentsWritten.used > 0;
}

/**
 * Reads what is about to change, which makes the decision part of this transaction. A row that does
 * not exist yet is made under the eyes of shard 0: another version of the app with another number of
 * shards would write it, and one of the two is run again.
 */
async function confirm(
  ctx: MutationCtx,
  { subject, config }: Call,
  { pool, next, rows }: { pool: Pool; next: Pool; rows: ShardRow[] },
): Promise<ShardWrite[] | null> {
  const writes: ShardWrite[] = [];
  for (const [shard, usage] of next.entries()) {
    if (usage === pool[shard]) continue;
    const row = await getShard(ctx, subject, shard);
    const seen = rows.find((candidate) => candidate.shard === shard);
    if (!isSame(row, seen)) return null;
    if (row === null && (await getShard(ctx, subject, 0))?.layout !== config.shards) return null;
    writes.push({ shard, row, usage });
  }
  return writes;
}

function isSame(row: Shard | null, seen: ShardRow | undefined): boolean {
  return row?.value === seen?.value && row?.ts === seen?.ts && row?.layout === seen?.layout;
}
