import {
  LEAST_OFFICIAL_NAME_BYTES,
  validateAddition,
  validateBatch,
  validateCount,
  validateCounter,
} from "../../shared/config.js";
import { invalidCounter } from "../../shared/errors.js";
import { negate, type Total } from "../../shared/total.js";
import type { Addition, Counter, ResolvedBounds, TryAddReturns } from "../../shared/validators.js";
import type { MutationCtx } from "../_generated/server.js";
import { changeOrThrow, rebalanceBounded, resetBounded, setBounded, tryChange } from "./bounded.js";
import { appendAddition, appendBeginning, hasLog, readLog } from "./log.js";
import { addToShard, deleteShards, putShard, rebalanceShards } from "./shards.js";
import { total } from "./totals.js";

/** Adds to a counter where it is stored, and answers to which row; null for the log. */
export async function add(ctx: MutationCtx, addition: Addition): Promise<number | null> {
  validateAddition(addition, LEAST_OFFICIAL_NAME_BYTES);
  return addValidated(ctx, addition);
}

/** Adds to many counters. All of them are validated before the first is changed. */
export async function addMany(
  ctx: MutationCtx,
  additions: readonly Addition[],
): Promise<(number | null)[]> {
  validateBatch(additions.length, "deltas");
  for (const addition of additions) validateAddition(addition);
  const shards: (number | null)[] = [];
  for (const addition of additions) shards.push(await addValidated(ctx, addition));
  return shards;
}

async function addValidated(ctx: MutationCtx, addition: Addition): Promise<number | null> {
  const { name, bounds, shards, shard, count } = addition;
  if (bounds) return changeOrThrow(ctx, { name, bounds }, { count: Number(count), shard });
  if (shards !== undefined) return addToShard(ctx, { name, shards, shard }, count);
  await appendAddition(ctx, addition, count);
  return null;
}

/** Adds to a bounded counter if it stays in its bounds. */
export async function tryAdd(
  ctx: MutationCtx,
  addition: Addition & { bounds: ResolvedBounds },
): Promise<TryAddReturns & { shard: number | null }> {
  validateAddition(addition);
  const { name, bounds, count, shard } = addition;
  return tryChange(ctx, { name, bounds }, { count: Number(count), shard });
}

/**
 * Sets a counter's total. The log starts anew without being read, so that it conflicts with nothing;
 * unless it keeps a history, which needs to know by how much it changed.
 */
export async function set(ctx: MutationCtx, counter: Counter, value: Total): Promise<void> {
  validateCounter(counter);
  validateCount(counter.name, value, "value");
  const { name, bounds, shards } = counter;
  if (bounds) return setBounded(ctx, { name, bounds }, wholeValue(name, value));
  await deleteShards(ctx, name);
  if (shards !== undefined) {
    if (await hasLog(ctx, name)) await beginAnew(ctx, counter, 0);
    await putShard(ctx, { name, shard: 0, row: null }, { value });
  } else await beginAnew(ctx, counter, value);
}

/** Starts the log anew. A history gets back to 0 first, as each of its events tells what it changed. */
async function beginAnew(ctx: MutationCtx, counter: Counter, value: Total): Promise<void> {
  if (counter.history) await appendAddition(ctx, counter, negate(await readLog(ctx, counter.name)));
  await appendBeginning(ctx, counter, value);
}

function wholeValue(name: string, value: Total): number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw invalidCounter(name, "value", { found: value, wanted: "whole, since it is bounded" });
}

/** As if the counter had never been used. */
export async function reset(ctx: MutationCtx, counter: Counter): Promise<void> {
  validateCounter(counter, LEAST_OFFICIAL_NAME_BYTES);
  const { name, bounds } = counter;
  if (bounds) return resetBounded(ctx, { name, bounds });
  await deleteShards(ctx, name);
  if (await hasLog(ctx, name)) await beginAnew(ctx, counter, 0);
}

/** Resets a counter and answers what it was: no addition is lost between the two. */
export async function getAndReset(ctx: MutationCtx, counter: Counter): Promise<Total> {
  validateCounter(counter);
  const before = await total(ctx, counter.name);
  await reset(ctx, counter);
  return before;
}

/** Spreads a sharded counter evenly over its rows. The log has nothing to spread. */
export async function rebalance(ctx: MutationCtx, counter: Counter): Promise<void> {
  validateCounter(counter, LEAST_OFFICIAL_NAME_BYTES);
  const { name, bounds, shards } = counter;
  if (bounds) await rebalanceBounded(ctx, { name, bounds });
  else await rebalanceShards(ctx, { name, shards });
}
