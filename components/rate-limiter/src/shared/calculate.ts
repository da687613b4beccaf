import { advance, windowStart, type BucketState, type Usage } from "./bucket.js";
import { withDefaults } from "./config.js";
import { firstInstant, owed, poolAt, shareOf, spread, totalUsed, type Request } from "./pool.js";
import type { RateLimitConfig } from "./validators.js";

/** What is left of a limit at an instant, after taking `count` tokens. */
export interface RateLimitValue {
  /** Tokens left; below zero when `count` does not fit. */
  value: number;
  /** The instant `value` speaks of, in milliseconds; the start of the window for fixed windows. */
  ts: number;
  /** Whole milliseconds until `count` fits, or is worked off if it never does; undefined when it fits now. */
  retryAfter: number | undefined;
  /** Start of the window that the state was stored in; undefined for token buckets. */
  windowStart: number | undefined;
}

/** What `getValue` returns, or a row of a limit with one shard. */
export interface RateLimitState extends BucketState {
  /** What each shard has used, for a limit with several. */
  pool?: readonly Usage[];
}

/** Continues a state to `now` and takes `count` tokens off it. */
export function calculateRateLimit(
  state: RateLimitState | null,
  config: RateLimitConfig,
  { count, now }: Pick<Request, "count" | "now">,
): RateLimitValue {
  const shards = state?.pool?.length ?? 1;
  const resolved = { ...withDefaults(config, state?.ts ?? 0), shards };
  const share = shareOf(resolved);
  const pool = state?.pool
    ? state.pool.map((usage) => advance(usage, share, now))
    : poolAt(state ? [{ ...state, shard: 0 }] : [], resolved, now);
  const fitsSomeday = count <= resolved.capacity;
  const waiting = fitsSomeday ? pool : spread(totalUsed(pool) + count, pool, shards);
  const missing = fitsSomeday ? count : 0;
  return {
    value: resolved.capacity - totalUsed(pool) - count,
    ts: Math.max(...pool.map(({ ts }) => ts)),
    retryAfter:
      owed(waiting, resolved) + missing <= 0
        ? undefined
        : firstInstant(waiting, resolved, {
            now,
            settled: (later) => owed(later, resolved) + missing <= 0,
          }),
    windowStart:
      config.kind === "fixed window" ? windowStart(resolved, state?.ts ?? now) : undefined,
  };
}
