import { blockAt, type Block } from "./blocks.js";
import { advance, type BucketState, type Usage } from "./bucket.js";
import { withDefaults } from "./config.js";
import type { TokenConfig } from "./kinds.js";
import {
  addToAll,
  decide,
  FIRST_SHARD,
  firstInstant,
  owed,
  poolAt,
  shareOf,
  totalUsed,
  type Pool,
  type Request,
} from "./pool.js";
import { statusOf, tooLarge } from "./status.js";
import type { RateLimitStatus } from "./validators.js";
import { windowStart } from "./windows.js";

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
  block?: Block;
}

/** Continues a state to `now` and takes `count` tokens off it. */
export function calculateRateLimit(
  state: RateLimitState | null,
  config: TokenConfig,
  { count, now }: Pick<Request, "count" | "now">,
): RateLimitValue {
  const { resolved, pool } = poolOf(state, config, now);
  const fitsSomeday = count <= resolved.capacity;
  const waiting = fitsSomeday ? pool : addToAll(pool, count);
  const missing = fitsSomeday ? count : 0;
  const settled = (later: Pool) => owed(later, resolved) + missing <= 0;
  const waitMs = settled(waiting) ? 0 : firstInstant(waiting, resolved, { now, settled });
  const retryAfter = Math.max(waitMs, Math.ceil((state?.block?.expiresAt ?? now) - now));
  return {
    value: resolved.capacity - totalUsed(pool) - count,
    ts: Math.max(...pool.map(({ ts }) => ts)),
    retryAfter: retryAfter > 0 ? retryAfter : undefined,
    windowStart:
      resolved.kind === "fixed window" || resolved.kind === "calendar"
        ? windowStart(resolved, state?.ts ?? now)
        : undefined,
  };
}

/** What a request for `count` tokens would be answered at `now`, and all about the limit. */
export function calculateStatus(
  subject: { name: string; key?: string },
  { state, config }: { state: RateLimitState | null; config: TokenConfig },
  { count, now }: Pick<Request, "count" | "now">,
): RateLimitStatus {
  const { resolved, pool } = poolOf(state, config, now);
  const block = blockAt(state ? [state] : [], now);
  const request = { count, now, allowance: 0 };
  const { status } = decide(pool, resolved, {
    request,
    choice: FIRST_SHARD,
    block,
  });
  const all = statusOf(subject, { pool, config: resolved }, { now, block, answer: status });
  return count > resolved.capacity ? tooLarge(all) : all;
}

function poolOf(state: RateLimitState | null, config: TokenConfig, now: number) {
  const shards = state?.pool?.length ?? 1;
  const resolved = { ...withDefaults(config, state?.ts ?? 0), shards };
  const share = shareOf(resolved);
  const pool = state?.pool
    ? state.pool.map((usage) => advance(usage, share, now))
    : poolAt(state ? [{ ...state, shard: 0 }] : [], resolved, now);
  return { resolved, pool };
}
