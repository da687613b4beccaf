import {
  resolveConfig,
  validateCount,
  validateSampleShards,
  type ResolvedConfig,
} from "../../shared/config.js";
import { rateLimited } from "../../shared/errors.js";
import {
  decide,
  hasFutureRows,
  poolAt,
  totalUsed,
  type Choice,
  type Request,
} from "../../shared/pool.js";
import type {
  GetValueArgs,
  GetValueReturns,
  RateLimitArgs,
  RateLimitReturns,
} from "../../shared/validators.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { appendReset, checkLog, checkLogInMutation, consumeFromLog, readLog } from "./log.js";
import { deleteShards, listShards, putPool, type Subject } from "./shards.js";
import { consumeFromOne, getAnyShard } from "./sharding.js";

/** A validated request. */
export interface Call {
  subject: Subject;
  config: ResolvedConfig;
  request: Request;
}

/** Shard 0 first: the one that exists if any does. */
const FIRST: Choice = { preferred: 0, random: 0 };

/** Decides a request and records it if granted. */
export async function consume(ctx: MutationCtx, args: RateLimitArgs): Promise<RateLimitReturns> {
  const call = prepare(args);
  if (isConcurrent(call.config)) return answer(args, await consumeFromLog(ctx, call));
  const status = call.config.shards === 1 ? null : await consumeFromOne(ctx, call);
  return answer(args, status ?? (await consumeFromAll(ctx, call)));
}

/** Decides a request as `consume` would, and records nothing. */
export async function check(ctx: QueryCtx, args: RateLimitArgs): Promise<RateLimitReturns> {
  const call = prepare(args);
  const { subject, config, request } = call;
  if (isConcurrent(config)) return answer(args, await checkLog(ctx, call));
  if (config.shards > 1 && (await getAnyShard(ctx, call)).fits) return { ok: true };
  const pool = poolAt(await listShards(ctx, subject), config, request.now);
  return answer(args, decide(pool, config, { request, choice: FIRST }).status);
}

/** A check that a mutation makes, without conflicts where its limit has none. */
export async function checkInMutation(
  ctx: MutationCtx,
  args: RateLimitArgs,
): Promise<RateLimitReturns> {
  const call = prepare(args);
  if (isConcurrent(call.config)) return answer(args, await checkLogInMutation(ctx, call));
  return check(ctx, args);
}

/** Forgets what was consumed, in either mode. */
export async function reset(
  ctx: MutationCtx,
  {
    name,
    key,
    config,
  }: Pick<RateLimitArgs, "name" | "key"> & Partial<Pick<RateLimitArgs, "config">>,
): Promise<void> {
  if (config?.applyUpdates === "asynchronously")
    await appendReset(ctx, { name, key }, resolveConfig(name, key, config));
  else await deleteShards(ctx, { name, key });
}

/** The stored state without asking for the time, so that subscribers re-run only when it changes. */
export async function currentValue(
  ctx: QueryCtx,
  { name, key, sampleShards, config: given }: GetValueArgs,
): Promise<GetValueReturns> {
  const config = resolveConfig(name, key, given);
  validateSampleShards(name, sampleShards);
  if (isConcurrent(config)) {
    const { used, ts } = await readLog(ctx, { name, key });
    return { value: config.capacity - used, ts, shard: 0, config };
  }
  const rows = await listShards(ctx, { name, key });
  const ts = Math.max(0, ...rows.map((row) => row.ts));
  const pool = poolAt(rows, config, ts);
  return {
    value: config.capacity - totalUsed(pool),
    ts,
    shard: 0,
    config,
    ...(config.shards > 1 && { pool: pool.map(({ used, ts }) => ({ used, ts })) }),
  };
}

/** Decides on all rows at once. Conflicts with every other change of this limit. */
async function consumeFromAll(
  ctx: MutationCtx,
  { subject, config, request }: Call,
): Promise<RateLimitReturns> {
  const rows = await listShards(ctx, subject);
  const before = poolAt(rows, config, request.now);
  const { status, next } = decide(before, config, { request, choice: FIRST });
  // A refusal writes nothing, unless a clock that stepped back left rows in the future.
  const after =
    next ?? (hasFutureRows(rows, request.now) ? before.map((usage) => ({ ...usage })) : null);
  if (after) await putPool(ctx, { subject, config }, { rows, before, after });
  return status;
}

function isConcurrent({ applyUpdates }: ResolvedConfig): boolean {
  return applyUpdates === "asynchronously";
}

function prepare({ name, key, count = 1, reserve = false, config: given }: RateLimitArgs): Call {
  const config = resolveConfig(name, key, given);
  validateCount(name, config, { count, reserve });
  return { subject: { name, key }, config, request: { count, reserve, now: Date.now() } };
}

function answer({ name, throws }: RateLimitArgs, status: RateLimitReturns): RateLimitReturns {
  if (throws && !status.ok) throw rateLimited(name, status.retryAfter);
  return status;
}
