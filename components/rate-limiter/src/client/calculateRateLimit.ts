import {
  calculateRateLimit as calculateAt,
  calculateStatus as statusAt,
  type RateLimitState,
  type RateLimitValue,
} from "../shared/calculate.js";
import type { TokenConfig } from "../shared/kinds.js";
import type { GetValueReturns, RateLimitStatus } from "../shared/validators.js";

/**
 * Continues a limit's state to `now`: the arithmetic of the server, for servers and browsers alike.
 *
 * @param existing What `getValue` returned, or null for a limit that was never used.
 * @param config What `getValue` returned as its `config`, or one of your limits.
 * @param now Milliseconds of UTC. @default Date.now()
 * @param count Tokens to take. @default 0
 */
export function calculateRateLimit(
  existing: RateLimitState | null,
  config: TokenConfig,
  now: number = Date.now(),
  count: number = 0,
): RateLimitValue {
  return calculateAt(existing, config, { count, now });
}

/**
 * All about a limit at `now`: what `peek` would answer, from what `getValue` returned.
 *
 * @param existing What `getValue` returned.
 * @param options.now Milliseconds of UTC. @default Date.now()
 * @param options.count Tokens that would be asked for. @default 1
 */
export function calculateStatus(
  existing: GetValueReturns,
  subject: { name: string; key?: string },
  { now = Date.now(), count = 1 }: { now?: number; count?: number } = {},
): RateLimitStatus {
  return statusAt(subject, { state: existing, config: existing.config }, { count, now });
}
