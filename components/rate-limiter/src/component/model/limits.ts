import { resolveConfig } from "../../shared/config.js";
import { poolAt, totalUsed } from "../../shared/pool.js";
import { validateConfig, validateKey, validateSampleShards } from "../../shared/validation.js";
import type { GetValueArgs, GetValueReturns, RateLimitArgs } from "../../shared/validators.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { deleteLeases } from "./leases.js";
import { appendReset, readLog, resetLog } from "./log.js";
import { effectiveConfig } from "./overrides.js";
import { isConcurrent } from "./requests.js";
import { deleteReservations } from "./reservations.js";
import { deleteShards, listShards, type Subject } from "./shards.js";

/** Forgets what was consumed, what was reserved, who holds leases, and any block. */
export async function reset(
  ctx: MutationCtx,
  { name, key, config }: Subject & Partial<Pick<RateLimitArgs, "config">>,
): Promise<void> {
  const subject = { name, key };
  validateKey(name, key);
  if (!config) return resetAnyKind(ctx, subject);
  validateConfig(name, config);
  if (config.kind === "concurrency") return deleteLeases(ctx, subject);
  const resolved = resolveConfig(name, key, config);
  if (isConcurrent(resolved)) await appendReset(ctx, subject, resolved);
  else await deleteShards(ctx, subject);
  await deleteReservations(ctx, subject);
}

/** A caller without the config does not know where the limit keeps what is to be forgotten. */
async function resetAnyKind(ctx: MutationCtx, subject: Subject): Promise<void> {
  await deleteShards(ctx, subject);
  await deleteLeases(ctx, subject);
  await resetLog(ctx, subject);
  await deleteReservations(ctx, subject);
}

/** The stored state without asking for the time, so that subscribers re-run only when it changes. */
export async function currentValue(ctx: QueryCtx, args: GetValueArgs): Promise<GetValueReturns> {
  const { name, key, sampleShards } = args;
  validateSampleShards(name, sampleShards);
  const config = resolveConfig(name, key, await effectiveConfig(ctx, args));
  const described = { shard: 0, config };
  if (isConcurrent(config)) {
    const { used, ts, block } = await readLog(ctx, { name, key });
    return { value: config.capacity - used, ts, block, ...described };
  }
  const rows = await listShards(ctx, { name, key });
  const ts = Math.max(0, ...rows.map((row) => row.ts));
  const pool = poolAt(rows, config, ts);
  const [only] = pool;
  return {
    value: config.capacity - totalUsed(pool),
    ts,
    block: rows.find(({ block }) => block)?.block,
    ...described,
    ...(config.shards > 1
      ? { pool: pool.map(({ used, ts, prev }) => ({ used, ts, prev })) }
      : { prev: only?.prev, log: only?.log }),
  };
}
