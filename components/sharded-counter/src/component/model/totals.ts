import {
  LEAST_OFFICIAL_NAME_BYTES,
  validateBatch,
  validateName,
  validateReadFromShards,
  validateShards,
} from "../../shared/config.js";
import { plus, type Total } from "../../shared/total.js";
import { internal } from "../_generated/api.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { readLog, readLogInMutation, readLogRollup, type Rollup } from "./log.js";
import { estimateShards, getShard, listShards, sumOf, type Shard } from "./shards.js";

/**
 * A counter is what its log adds up to and what its rows hold: so it may be moved from one to the
 * other at any time. Costs 3 queries; in a mutation, it conflicts with additions.
 */
export async function total(ctx: QueryCtx, name: string): Promise<Total> {
  return plus(sumOf(await listShards(ctx, name)), await readLog(ctx, name));
}

/** As a number, for the function of the official package. */
export async function count(ctx: QueryCtx, name: string): Promise<number> {
  validateName(name, LEAST_OFFICIAL_NAME_BYTES);
  return Number(await total(ctx, name));
}

export async function totals(ctx: QueryCtx, names: readonly string[]): Promise<Total[]> {
  validateBatch(names.length);
  const found: Total[] = [];
  for (const name of names) {
    validateName(name);
    found.push(await total(ctx, name));
  }
  return found;
}

/**
 * What the log was at its newest checkpoint, and what rows hold that the counter had before it was in
 * the log. Costs 2 queries and 1 document; a young log without a checkpoint is read itself.
 */
export async function rollup(ctx: QueryCtx, name: string): Promise<Rollup> {
  validateName(name);
  const rows = await listShards(ctx, name);
  const { count, asOf } = await readLogRollup(ctx, name);
  // Rows are what they are now.
  const isInRows = asOf === 0 && rows.length > 0;
  return { count: plus(sumOf(rows), count), asOf: isInRows ? Date.now() : asOf };
}

/** A counter to be read by a mutation, and the rows of it that the transaction has written. */
export interface OwnCounter {
  name: string;
  shards: readonly number[];
}

/**
 * Totals as of the snapshot of the transaction, with what the transaction itself has added. Costs 4
 * queries each, and conflicts with nothing.
 */
export async function totalsInMutation(
  ctx: MutationCtx,
  counters: readonly OwnCounter[],
): Promise<Total[]> {
  validateBatch(counters.length);
  const found: Total[] = [];
  for (const counter of counters) {
    validateName(counter.name);
    const logged = await readLogInMutation(ctx, counter.name);
    found.push(plus(sumOf(await listShardsInMutation(ctx, counter)), logged));
  }
  return found;
}

type ScannedRow = Pick<Shard, "shard" | "value" | "rest" | "bounds">;

/** Rows through the snapshot, which lacks what the transaction has written: that is read itself. */
async function listShardsInMutation(
  ctx: MutationCtx,
  { name, shards }: OwnCounter,
): Promise<ScannedRow[]> {
  const rows: ScannedRow[] = await ctx.runQuery(
    internal.counters.scan,
    { name },
    { useStaleSnapshot: true },
  );
  const current = rows.filter(({ shard }) => !shards.includes(shard));
  for (const shard of new Set(shards)) {
    const own = await getShard(ctx, name, shard);
    if (own) current.push(own);
  }
  return current;
}

/** The log's total exactly, and the rows' judged by some of them. */
export async function estimate(
  ctx: QueryCtx,
  { name, shards, readFromShards = 1 }: { name: string; shards?: number; readFromShards?: number },
): Promise<number> {
  validateName(name, LEAST_OFFICIAL_NAME_BYTES);
  validateShards(name, shards);
  validateReadFromShards(name, readFromShards);
  const rows = await estimateShards(ctx, { name, shards }, readFromShards);
  return Number(plus(rows, await readLog(ctx, name)));
}
