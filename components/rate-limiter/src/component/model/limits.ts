import { decide, type Decision } from "../../shared/bucket.js";
import { resolveConfig, validateCount } from "../../shared/config.js";
import { rateLimited } from "../../shared/errors.js";
import type { GetValueReturns, RateLimitArgs, RateLimitReturns } from "../../shared/validators.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { getShard, putShard, type Shard } from "./shards.js";

/** Decides a request and records it if granted. */
export async function consume(ctx: MutationCtx, args: RateLimitArgs): Promise<RateLimitReturns> {
  const { shard, decision } = await evaluate(ctx, args);
  if (decision.next) await putShard(ctx, args, { shard, next: decision.next });
  return answer(args, decision.status);
}

/** Decides a request as `consume` would, and records nothing. */
export async function check(ctx: QueryCtx, args: RateLimitArgs): Promise<RateLimitReturns> {
  const { decision } = await evaluate(ctx, args);
  return answer(args, decision.status);
}

/** The stored state without asking for the time, so that subscribers re-run only when it changes. */
export async function currentValue(
  ctx: QueryCtx,
  { name, key, config }: Pick<RateLimitArgs, "name" | "key" | "config">,
): Promise<GetValueReturns> {
  const resolved = resolveConfig(name, key, config);
  const shard = await getShard(ctx, { name, key });
  if (!shard) return { value: resolved.capacity, ts: 0, shard: 0, config: resolved };
  const used = (shard.cap ?? resolved.capacity) - shard.value;
  return {
    value: resolved.capacity - used,
    ts: shard.ts,
    shard: shard.shard,
    config: resolved,
  };
}

async function evaluate(
  ctx: QueryCtx,
  args: RateLimitArgs,
): Promise<{ shard: Shard | null; decision: Decision }> {
  const { name, key, count = 1, reserve = false } = args;
  const config = resolveConfig(name, key, args.config);
  validateCount(name, config, { count, reserve });
  const shard = await getShard(ctx, { name, key });
  return { shard, decision: decide(shard, config, { count, reserve, now: Date.now() }) };
}

function answer({ name, throws }: RateLimitArgs, status: RateLimitReturns): RateLimitReturns {
  if (throws && !status.ok) throw rateLimited(name, status.retryAfter);
  return status;
}
