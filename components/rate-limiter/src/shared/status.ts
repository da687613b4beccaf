import type { Block } from "./blocks.js";
import { drainedAt, tolerance } from "./bucket.js";
import type { ResolvedConfig } from "./kinds.js";
import { shareOf, totalUsed, type Pool } from "./pool.js";
import type { RateLimitReturns, RateLimitStatus } from "./validators.js";
import { laterWindow, windowStart } from "./windows.js";

/** What a limit looks like at `now`, and what a request was answered. */
export function statusOf(
  { name, key }: { name: string; key?: string },
  { pool, config }: { pool: Pool; config: ResolvedConfig },
  { now, block, answer }: { now: number; block?: Block; answer: RateLimitReturns },
): RateLimitStatus {
  const used = totalUsed(pool);
  const left = Math.floor(config.capacity - used + tolerance(config));
  const { ok, retryAfter } = answer;
  return {
    ok,
    name,
    ...(key !== undefined && { key }),
    limit: config.capacity,
    window: windowLength(config, now),
    remaining: block ? 0 : Math.max(0, left),
    used,
    ...(retryAfter !== undefined && { retryAfter }),
    resetAt: resetAt(pool, config, { now, block }),
    ...(!ok && { reason: block ? "blocked" : "limited" }),
    ...(block?.reason !== undefined && { blockReason: block.reason }),
  };
}

/** The status of a request that no amount of waiting would help. */
export function tooLarge({ retryAfter: _, ...status }: RateLimitStatus): RateLimitStatus {
  return { ...status, ok: false, reason: "tooLarge" };
}

function windowLength(config: ResolvedConfig, now: number): number {
  if (config.kind !== "calendar") return config.period;
  const start = windowStart(config, now);
  return laterWindow(config, start, 1) - start;
}

function resetAt(
  pool: Pool,
  config: ResolvedConfig,
  { now, block }: { now: number; block?: Block },
): number {
  const share = shareOf(config);
  const drained = pool.map((usage) => Math.ceil(drainedAt(usage, share)));
  return Math.max(now, block?.expiresAt ?? now, ...drained);
}
