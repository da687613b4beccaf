import { invalidCounter } from "./errors.js";
import type { Total } from "./total.js";
import type { Addition, Bounds, Counter, History, ResolvedBounds } from "./validators.js";

/** Rows of a sharded counter that says nothing else, as in the official package. */
export const DEFAULT_SHARDS = 16;

/** More rows than a count should read, and far more than writers ever need. */
export const MAX_SHARDS = 1000;

/** Names and keys of one call, so that it stays within a transaction. */
export const MAX_BATCH = 1000;

/** Hours or days that a counter may keep, and that one call may ask for. */
export const MAX_POINTS = 1000;

/** Ten years: whoever means longer means for ever, and wants a table of their own. */
const MAX_TTL_MS = 10 * 365 * 86_400_000;

/** For the functions of the official package, which take the empty name as any other. */
export const LEAST_OFFICIAL_NAME_BYTES = 0;

const LEAST_NAME_BYTES = 1;
const MAX_NAME_BYTES = 512;
const MAX_KEY_BYTES = 256;

/** @throws INVALID_COUNTER with the field `name`. */
export function validateName(name: string, leastBytes = LEAST_NAME_BYTES): void {
  const bytes = new TextEncoder().encode(name).length;
  if (!isWholeFrom(leastBytes, bytes, MAX_NAME_BYTES))
    throw invalidCounter(name, "name", {
      found: `of ${bytes} bytes`,
      wanted: `${leastBytes} to ${MAX_NAME_BYTES} bytes of UTF-8`,
    });
}

/** @throws INVALID_COUNTER with the field `key`, or the one given. */
export function validateKey(name: string, key: string, field = "key"): void {
  const bytes = new TextEncoder().encode(key).length;
  if (bytes === 0 || bytes > MAX_KEY_BYTES)
    throw invalidCounter(name, field, {
      found: `of ${bytes} bytes`,
      wanted: `1 to ${MAX_KEY_BYTES} bytes of UTF-8`,
    });
}

/** @throws INVALID_COUNTER with the field `ttlMs`. */
export function validateTtl(name: string, ttlMs: number): void {
  if (isWholeFrom(1, ttlMs, MAX_TTL_MS)) return;
  throw invalidCounter(name, "ttlMs", {
    found: ttlMs,
    wanted: `whole milliseconds from 1 to ${MAX_TTL_MS}`,
  });
}

/** @throws INVALID_COUNTER with the field `count`, or the one given. */
export function validateCount(name: string, count: Total, field = "count"): void {
  if (typeof count === "number" && !Number.isFinite(count))
    throw invalidCounter(name, field, { found: count, wanted: "a finite number" });
}

/** @throws INVALID_COUNTER with the field `shards`. */
export function validateShards(name: string, shards: number | undefined): void {
  if (shards === undefined || isWholeFrom(1, shards, MAX_SHARDS)) return;
  throw invalidCounter(name, "shards", {
    found: shards,
    wanted: `a whole number from 1 to ${MAX_SHARDS}`,
  });
}

/** @throws INVALID_COUNTER with the field `shard`. */
export function validateShard(name: string, { shard, shards }: Partial<Addition>): void {
  const most = (shards ?? MAX_SHARDS) - 1;
  if (shard === undefined || isWholeFrom(0, shard, most)) return;
  throw invalidCounter(name, "shard", { found: shard, wanted: `a whole number from 0 to ${most}` });
}

/** @throws INVALID_COUNTER with the field `readFromShards`. */
export function validateReadFromShards(name: string, readFromShards: number): void {
  if (Number.isInteger(readFromShards) && readFromShards >= 1) return;
  throw invalidCounter(name, "readFromShards", {
    found: readFromShards,
    wanted: "a whole number above 0",
  });
}

/** @throws INVALID_COUNTER with the field `names`, or the one given. */
export function validateBatch(length: number, field = "names"): void {
  if (length > MAX_BATCH)
    throw invalidCounter("", field, { found: length, wanted: `at most ${MAX_BATCH} at once` });
}

/**
 * Fills in the defaults.
 *
 * @throws INVALID_COUNTER with the field `min`, `max` or `shards`.
 */
export function resolveBounds(name: string, bounds: Bounds): ResolvedBounds {
  const { min = 0, max = Infinity, shards = DEFAULT_SHARDS } = bounds;
  validateShards(name, shards);
  if (!Number.isSafeInteger(min) && min !== -Infinity)
    throw invalidCounter(name, "min", { found: min, wanted: "a whole number or -Infinity" });
  if (!Number.isSafeInteger(max) && max !== Infinity)
    throw invalidCounter(name, "max", { found: max, wanted: "a whole number or Infinity" });
  if (min > max) throw invalidCounter(name, "min", { found: min, wanted: `at most max, ${max}` });
  return { min, max, shards };
}

/** @throws INVALID_COUNTER with the field `history`. */
export function validateHistory(name: string, { hour, day }: History): void {
  for (const kept of [hour, day])
    if (kept !== undefined && !isWholeFrom(1, kept, MAX_POINTS))
      throw invalidCounter(name, "history", {
        found: kept,
        wanted: `a whole number of hours or days from 1 to ${MAX_POINTS}`,
      });
}

/** @throws INVALID_COUNTER naming the field. */
export function validateCounter(
  { name, shards, bounds, history }: Counter,
  leastNameBytes = LEAST_NAME_BYTES,
): void {
  validateName(name, leastNameBytes);
  validateShards(name, shards);
  if (bounds) resolveBounds(name, bounds);
  if (history) validateHistory(name, history);
}

/** @throws INVALID_COUNTER naming the field. */
export function validateAddition(addition: Addition, leastNameBytes = LEAST_NAME_BYTES): void {
  const { name, count } = addition;
  validateCounter(addition, leastNameBytes);
  validateShard(name, addition);
  validateCount(name, count);
  if (addition.bounds && !Number.isSafeInteger(count))
    throw invalidCounter(name, "count", { found: count, wanted: "whole, since it is bounded" });
}

function isWholeFrom(least: number, value: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
