import { DEFAULT_SHARDS } from "../../shared/config.js";
import { invalidCounter } from "../../shared/errors.js";
import { dyadicShares, sample } from "../../shared/shares.js";
import { plus, split, sum, twoSum, type Total } from "../../shared/total.js";
import type { ResolvedBounds } from "../../shared/validators.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";

export type Shard = Doc<"counters">;

/** Ours has at most 1,000; the official package may have left more behind. */
const MOST_SHARDS = 16_000;

/** One row of a counter, or null if it was never written. Costs 1 query and at most 1 document. */
export function getShard(ctx: QueryCtx, name: string, shard: number): Promise<Shard | null> {
  return ctx.db
    .query("counters")
    .withIndex("name", (q) => q.eq("name", name).eq("shard", shard))
    .unique();
}

/** Every row of a counter. Costs 1 query, and conflicts with every change of one of them. */
export function listShards(ctx: QueryCtx, name: string): Promise<Shard[]> {
  return ctx.db
    .query("counters")
    .withIndex("name", (q) => q.eq("name", name))
    .take(MOST_SHARDS);
}

/** What rows add up to, exactly. */
export function sumOf(rows: readonly Pick<Shard, "value" | "rest">[]): Total {
  return sum(rows.flatMap(({ value, rest }) => (rest === undefined ? [value] : [value, rest])));
}

/**
 * Adds to one row, and answers to which. Costs 1 query and 1 write, and conflicts with additions to
 * the same row.
 *
 * @param shard Which one. @default one at random
 * @throws INVALID_COUNTER with the field `bounds` if the row is that of a bounded counter.
 */
export async function addToShard(
  ctx: MutationCtx,
  { name, shards = DEFAULT_SHARDS, shard }: { name: string; shards?: number; shard?: number },
  count: Total,
): Promise<number> {
  const chosen = shard ?? Math.floor(Math.random() * shards);
  const row = await getShard(ctx, name, chosen);
  if (row?.bounds)
    throw invalidCounter(name, "bounds", {
      found: undefined,
      wanted: "declared wherever the counter is changed, since it is bounded",
    });
  await putShard(ctx, { name, shard: chosen, row }, added(row, count));
  return chosen;
}

/** Where a value is stored: which shard, and its row if it has one. */
export interface Place {
  name: string;
  shard: number;
  row: Shard | null;
}

/** What a row is to hold. */
export interface Content {
  value: Total;
  rest?: number;
  bounds?: ResolvedBounds;
}

/** Stores what one shard holds. Costs 1 write, or none if it holds that already. */
export async function putShard(
  ctx: MutationCtx,
  { name, shard, row }: Place,
  { value, rest, bounds }: Content,
): Promise<void> {
  if (row) {
    if (row.value === value && row.rest === rest && isSameBounds(row.bounds, bounds)) return;
    await ctx.db.patch("counters", row._id, { value, rest, bounds });
  } else if (value !== 0 || bounds) {
    await ctx.db.insert("counters", { name, shard, value, rest, bounds });
  }
}

export function isSameBounds(
  a: ResolvedBounds | undefined,
  b: ResolvedBounds | undefined,
): boolean {
  return a?.min === b?.min && a?.max === b?.max && a?.shards === b?.shards;
}

/** What a row holds after an addition. Nothing is lost to rounding: it is kept as `rest`. */
function added(row: Shard | null, count: Total): Content {
  const { value, rest = 0 } = row ?? { value: 0 };
  if (typeof value === "bigint" || typeof count === "bigint") {
    const before = split(value);
    const change = split(count);
    const left = before.fraction + rest + change.fraction;
    return { value: plus(before.whole, change.whole), rest: left === 0 ? undefined : left };
  }
  if (isWhole(value, count, rest)) return { value: plus(value, count) };
  const first = twoSum(value, count);
  const { sum, lost } = twoSum(first.sum, first.lost + rest);
  if (!Number.isFinite(sum) || !Number.isFinite(lost)) return { value: plus(value, count) };
  return { value: sum, rest: lost === 0 ? undefined : lost };
}

function isWhole(value: number, count: number, rest: number): boolean {
  return rest === 0 && Number.isInteger(value) && Number.isInteger(count);
}

/**
 * Spreads a counter evenly over its rows, to the last bit of its total, and merges those beyond.
 * Writes only rows that change.
 */
export async function rebalanceShards(
  ctx: MutationCtx,
  { name, shards = DEFAULT_SHARDS }: { name: string; shards?: number },
): Promise<void> {
  const rows = await listShards(ctx, name);
  for (const [shard, value] of dyadicShares(sumOf(rows), shards).entries()) {
    const row = rows.find((candidate) => candidate.shard === shard) ?? null;
    await putShard(ctx, { name, shard, row }, { value });
  }
  await deleteStrays(ctx, rows, shards);
}

/** Deletes rows that are none of so many shards. The official package made some below 0, too. */
export async function deleteStrays(
  ctx: MutationCtx,
  rows: readonly Shard[],
  shards: number,
): Promise<void> {
  for (const { _id, shard } of rows)
    if (!Number.isInteger(shard) || shard < 0 || shard >= shards)
      await ctx.db.delete("counters", _id);
}

/** Deletes every row of a counter. */
export async function deleteShards(ctx: MutationCtx, name: string): Promise<void> {
  for (const { _id } of await listShards(ctx, name)) await ctx.db.delete("counters", _id);
}

/** What the rows probably add up to, judged by `readFromShards` of them; exact if that is all. */
export async function estimateShards(
  ctx: QueryCtx,
  { name, shards = DEFAULT_SHARDS }: { name: string; shards?: number },
  readFromShards: number,
): Promise<Total> {
  if (readFromShards >= shards) return sumOf(await listShards(ctx, name));
  const rows: Shard[] = [];
  for (const shard of sample(readFromShards, shards, Math.random)) {
    const row = await getShard(ctx, name, shard);
    if (row) rows.push(row);
  }
  return (Number(sumOf(rows)) * shards) / readFromShards;
}
