import { wholeShares } from "./shares.js";
import type { ResolvedBounds } from "./validators.js";

/** What one shard must stay between. */
export interface Range {
  min: number;
  max: number;
}

/**
 * The share of the bounds that each shard enforces by itself: no shard leaves its share, so all of
 * them together never leave the whole.
 */
export function rangesOf({ min, max, shards }: ResolvedBounds): Range[] {
  const greatest = wholeShares(max, shards);
  return wholeShares(min, shards).map((least, shard) => ({
    min: least,
    max: greatest[shard] ?? max,
  }));
}

/**
 * Whether a value may change by `count`: to stay inside, or to come closer from outside, where it is
 * after the bounds were drawn tighter. Never to beyond 2^53 - 1, where changes would be lost.
 */
export function mayChange(value: number, count: number, { min, max }: Range): boolean {
  const next = value + count;
  if (count === 0) return true;
  if (!Number.isSafeInteger(next)) return false;
  return count > 0
    ? next <= max && (next >= min || value < min)
    : next >= min && (next <= max || value > max);
}

/**
 * A shard at random that may change by `count`, likelier the more it has to give; undefined if none
 * may.
 *
 * @param random From 0 to 1.
 */
export function chooseShard(
  values: readonly number[],
  { bounds, count, random }: { bounds: ResolvedBounds; count: number; random: number },
): number | undefined {
  const ranges = rangesOf(bounds);
  const fitting = values.flatMap((value, shard) => {
    const range = ranges[shard];
    if (!range || !mayChange(value, count, range)) return [];
    const room = count > 0 ? range.max - value : value - range.min;
    return [{ shard, room: Math.min(room, Number.MAX_SAFE_INTEGER) }];
  });
  let point = random * fitting.reduce((sum, { room }) => sum + room, 0);
  return (fitting.find(({ room }) => (point -= room) <= 0) ?? fitting.at(-1))?.shard;
}
