import { blockAt } from "../../shared/blocks.js";
import { add, advance, giveBack, usageOf, type Usage } from "../../shared/bucket.js";
import type { ResolvedConfig } from "../../shared/kinds.js";
import {
  decide,
  fitsShard,
  hasFutureRows,
  isCurrent,
  poolAt,
  shareOf,
  type Pool,
} from "../../shared/pool.js";
import { internal } from "../_generated/api.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { inTheWay, type Call, type Plan } from "./calls.js";
import {
  getShard,
  hasWritten,
  listShards,
  putShard,
  type Shard,
  type ShardRow,
  type ShardWrite,
} from "./shards.js";

/**
 * Grants a request from one row, or from as few as possible, so that callers on other rows do not
 * conflict with this one. What the other rows hold is seen through the snapshot that the
 * transaction began with, which leaves no read dependency: enough to refuse on, and confirmed by
 * reading before anything is granted.
 *
 * Null when it takes a look at all rows: it would be refused, and this transaction has written
 * something, which the snapshot lacks; rows of another layout must be moved; or the request is to go
 * into debt.
 */
export async function planOnOne(ctx: MutationCtx, call: Call): Promise<Plan | null> {
  const { config, request } = call;
  const drawn = await getAnyShard(ctx, call);
  if (drawn.fits) return planOnDrawn(ctx, call, { drawn, usage: add(drawn.usage, request.count) });
  const rows = await scan(ctx, call);
  if (!isOfLayout(rows, config) || hasFutureRows(rows, request.now)) return null;
  const pool = poolAt(rows, config, request.now);
  const choice = { preferred: drawn.shard, random: Math.random() };
  const block = blockAt(rows, request.now);
  const circumstances = { request, choice, block: inTheWay(block, request) };
  const { status, next } = decide(pool, config, circumstances);
  const before = () => Promise.resolve(pool);
  if (next === null && (await hasWritten(ctx))) return null;
  if (next === null)
    return { status, block, before, after: before, write: () => Promise.resolve() };
  const writes =
    status.retryAfter === undefined ? await confirm(ctx, call, { pool, next, rows }) : null;
  const after = () => Promise.resolve(next);
  return writes && { status, block, before, after, write: () => putShards(ctx, call, writes) };
}

/** Gives tokens back to one row that has used as many; null when it takes several, as debts do. */
export async function planRefundOnOne(ctx: MutationCtx, call: Call): Promise<Plan | null> {
  const { count } = call.request;
  const drawn = await getAnyShard(ctx, call);
  const share = shareOf(call.config);
  const { used } = drawn.usage;
  if (!drawn.isUsable || used < count || used > share.capacity) return null;
  const usage = giveBack(drawn.usage, count, share);
  return planOnDrawn(ctx, call, { drawn, usage });
}

function planOnDrawn(
  ctx: MutationCtx,
  call: Call,
  { drawn, usage }: { drawn: ShardWrite; usage: Usage },
): Plan {
  const { shard, row } = drawn;
  const writes = call.request.count > 0 ? [{ shard, row, usage }] : [];
  return {
    status: { ok: true },
    block: blockAt(row ? [row] : [], call.request.now),
    before: () => viewAround(ctx, call, drawn),
    after: () => viewAround(ctx, call, { shard, row, usage }),
    write: () => putShards(ctx, call, writes),
  };
}

/**
 * What all shards have used, given what one of them has. Conflicts only with changes of that one,
 * unless this transaction has written, which the snapshot lacks.
 */
async function viewAround(
  ctx: MutationCtx,
  call: Call,
  { shard, usage }: ShardWrite,
): Promise<Pool> {
  const { subject, config, request } = call;
  const rows = (await hasWritten(ctx)) ? await listShards(ctx, subject) : await scan(ctx, call);
  return poolAt(rows, config, request.now).map((seen, index) => (index === shard ? usage : seen));
}

function scan(ctx: MutationCtx, { subject }: Call): Promise<ShardRow[]> {
  return ctx.runQuery(internal.limits.scan, subject, { useStaleSnapshot: true });
}

async function putShards(ctx: MutationCtx, call: Call, writes: ShardWrite[]): Promise<void> {
  for (const write of writes) await putShard(ctx, call, write);
}

/** A row at random, whether it can be decided on, and whether it has room by itself. */
export async function getAnyShard(
  ctx: QueryCtx,
  { subject, config, request }: Call,
): Promise<ShardWrite & { isUsable: boolean; fits: boolean }> {
  const shard = Math.floor(Math.random() * config.shards);
  const row = await getShard(ctx, subject, shard);
  const share = shareOf(config);
  const usage = advance(row ? usageOf(row, share) : { used: 0, ts: 0 }, share, request.now);
  const isUsable = row?.layout === config.shards && isCurrent([row], config);
  const block = inTheWay(blockAt(row ? [row] : [], request.now), request);
  const fits = isUsable && !block && fitsShard(usage, request.count, config);
  return { shard, row, usage, isUsable, fits };
}

/** Whether rows exist and are all of this layout. Shard 0 is the first to be made. */
function isOfLayout(rows: ShardRow[], config: ResolvedConfig): boolean {
  return (
    rows.some(({ shard }) => shard === 0) &&
    rows.every(({ layout }) => layout === config.shards) &&
    isCurrent(rows, config)
  );
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
  return (
    row?.value === seen?.value &&
    row?.ts === seen?.ts &&
    row?.layout === seen?.layout &&
    row?.block?.expiresAt === seen?.block?.expiresAt
  );
}
