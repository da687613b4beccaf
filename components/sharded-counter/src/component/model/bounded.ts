import { chooseShard, mayChange, rangesOf } from "../../shared/bounds.js";
import { invalidCounter, outOfBounds } from "../../shared/errors.js";
import { wholeShares } from "../../shared/shares.js";
import { plus, type Total } from "../../shared/total.js";
import type { ResolvedBounds, TryAddReturns } from "../../shared/validators.js";
import { internal } from "../_generated/api.js";
import type { MutationCtx } from "../_generated/server.js";
import { appendBeginning, readLog } from "./log.js";
import {
  deleteShards,
  deleteStrays,
  getShard,
  isSameBounds,
  listShards,
  putShard,
  sumOf,
  type Shard,
} from "./shards.js";

/** A bounded counter. */
export interface Bounded {
  name: string;
  bounds: ResolvedBounds;
}

/** A change of one by a whole number. `shard` is the row that the transaction has written before. */
export interface Change {
  count: number;
  shard?: number;
}

/** What a change came to, and the row that it went to if it went to one. */
export interface Outcome extends TryAddReturns {
  shard: number | null;
}

/**
 * Makes a change if the total stays in its bounds. Changes one row if one may change by itself, and
 * then conflicts only with changes of that row. The others are looked at through the snapshot that
 * the transaction began with, which leaves no read dependency: enough to refuse on, and confirmed by
 * reading before anything is granted.
 */
export async function tryChange(
  ctx: MutationCtx,
  bounded: Bounded,
  { count, shard = Math.floor(Math.random() * bounded.bounds.shards) }: Change,
): Promise<Outcome> {
  const row = await getShard(ctx, bounded.name, shard);
  if (await changeRow(ctx, bounded, { shard, row, count })) return { ok: true, shard };
  const status = (await hasWritten(ctx)) ? null : await changeThroughSnapshot(ctx, bounded, count);
  return status ?? changeAll(ctx, bounded, count);
}

/** @throws OUT_OF_BOUNDS instead of answering that it refuses. */
export async function changeOrThrow(
  ctx: MutationCtx,
  bounded: Bounded,
  change: Change,
): Promise<number | null> {
  const { ok, shard } = await tryChange(ctx, bounded, change);
  if (!ok) throw outOfBounds(bounded.name, bounded.bounds);
  return shard;
}

/** Sets the total, spread evenly. @throws OUT_OF_BOUNDS */
export async function setBounded(ctx: MutationCtx, bounded: Bounded, value: number): Promise<void> {
  const { min, max } = bounded.bounds;
  if (value < min || value > max) throw outOfBounds(bounded.name, bounded.bounds);
  await putAll(ctx, bounded, { ...(await readAll(ctx, bounded.name)), total: value });
}

/** Spreads the total evenly, and merges what belongs to no shard. */
export async function rebalanceBounded(ctx: MutationCtx, bounded: Bounded): Promise<void> {
  const all = await readAll(ctx, bounded.name);
  await putAll(ctx, bounded, { ...all, total: wholeTotal(bounded, all) });
}

/** As if never written. @throws OUT_OF_BOUNDS if 0 is not in the bounds. */
export async function resetBounded(ctx: MutationCtx, { name, bounds }: Bounded): Promise<void> {
  if (bounds.min > 0 || bounds.max < 0) throw outOfBounds(name, bounds);
  const { logged } = await readAll(ctx, name);
  if (logged !== 0) await appendBeginning(ctx, { name }, 0);
  await deleteShards(ctx, name);
}

/** Whether a row may change by itself: it must know the bounds that its share is of. */
async function changeRow(
  ctx: MutationCtx,
  { name, bounds }: Bounded,
  { shard, row, count }: { shard: number; row: Shard | null; count: number },
): Promise<boolean> {
  const range = rangesOf(bounds)[shard];
  if (!row || !range || !isSameBounds(row.bounds, bounds)) return false;
  const value = Number(row.value);
  if (!mayChange(value, count, range)) return false;
  await putShard(ctx, { name, shard, row }, { value: value + count, bounds });
  return true;
}

async function hasWritten(ctx: MutationCtx): Promise<boolean> {
  return (await ctx.meta.getTransactionMetrics()).documentsWritten.used > 0;
}

/** Null when it takes a look at all rows: they are of other bounds, or no single one may change. */
async function changeThroughSnapshot(
  ctx: MutationCtx,
  bounded: Bounded,
  count: number,
): Promise<Outcome | null> {
  const { name, bounds } = bounded;
  const seen: { shard: number; value: Total; bounds?: ResolvedBounds }[] = await ctx.runQuery(
    internal.counters.scan,
    { name },
    { useStaleSnapshot: true },
  );
  if (seen.length !== bounds.shards) return null;
  if (!seen.every((row) => isSameBounds(row.bounds, bounds))) return null;
  const values = seen.map(({ value }) => Number(value));
  const total = values.reduce((sum, value) => sum + value, 0);
  if (!mayChange(total, count, bounds)) return { ok: false, count: total, shard: null };
  const shard = chooseShard(values, { bounds, count, random: Math.random() });
  if (shard === undefined) return null;
  const row = await getShard(ctx, name, shard);
  return (await changeRow(ctx, bounded, { shard, row, count })) ? { ok: true, shard } : null;
}

/** Decides on the total and spreads it. Conflicts with every other change of this counter. */
async function changeAll(ctx: MutationCtx, bounded: Bounded, count: number): Promise<Outcome> {
  const all = await readAll(ctx, bounded.name);
  const before = wholeTotal(bounded, all);
  if (!mayChange(before, count, bounded.bounds)) return { ok: false, count: before, shard: null };
  const total = before + count;
  await putAll(ctx, bounded, { ...all, total });
  return { ok: true, count: total, shard: null };
}

/** All that a counter consists of: its rows, and what the log holds from before it was bounded. */
interface Everything {
  rows: Shard[];
  logged: Total;
}

async function readAll(ctx: MutationCtx, name: string): Promise<Everything> {
  return { rows: await listShards(ctx, name), logged: await readLog(ctx, name) };
}

function wholeTotal({ name }: Bounded, { rows, logged }: Everything): number {
  const total = plus(sumOf(rows), logged);
  if (typeof total === "number" && Number.isSafeInteger(total)) return total;
  throw invalidCounter(name, "total", { found: total, wanted: "a whole number to be bounded" });
}

/**
 * Spreads a total evenly. Rows know the bounds only of a total that is inside of them: then each row
 * is inside its share, and may change by itself.
 */
async function putAll(
  ctx: MutationCtx,
  { name, bounds }: Bounded,
  { rows, logged, total }: Everything & { total: number },
): Promise<void> {
  const isInside = total >= bounds.min && total <= bounds.max;
  for (const [shard, value] of wholeShares(total, bounds.shards).entries()) {
    const row = rows.find((candidate) => candidate.shard === shard) ?? null;
    await putShard(ctx, { name, shard, row }, { value, bounds: isInside ? bounds : undefined });
  }
  await deleteStrays(ctx, rows, bounds.shards);
  if (logged !== 0) await appendBeginning(ctx, { name }, 0);
}
