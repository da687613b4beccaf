import {
  calculateRateLimit as calculateAt,
  type RateLimitState,
  type RateLimitValue,
} from "../shared/calculate.js";
import type { RateLimitConfig } from "../shared/validators.js";

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
  config: RateLimitConfig,
  now: number = Date.now(),
  count: number = 0,
): RateLimitValue {
  return calculateAt(existing, config, { count, now });
}
