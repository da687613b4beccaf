import { invalidRateLimit } from "../shared/errors.js";

export interface JitterOptions {
  /** The most to add, as a part of the wait; 0 or more. @default 0.1 */
  ratio?: number;
  /** The most to add, in milliseconds; 0 or more. @default unlimited */
  maxMs?: number;
}

/**
 * A wait made a random bit longer, so that all who were told the same instant do not come back at
 * once. Never shorter than `ms`, so that a retry is not early.
 *
 * ```ts
 * const { ok, retryAfter } = await rateLimiter.limit(ctx, "send");
 * if (!ok) await ctx.scheduler.runAfter(withJitter(retryAfter), internal.messages.send, args);
 * ```
 *
 * @param ms The wait, such as a `retryAfter`, in milliseconds; 0 or more.
 * @returns Whole milliseconds, from `ms` to `ms` plus the smaller of `ratio * ms` and `maxMs`, with
 * `ms` rounded up.
 * @throws INVALID_RATE_LIMIT for an argument that is no such number, naming it in `field`, with
 * `name` "withJitter".
 */
export function withJitter(
  ms: number,
  { ratio = 0.1, maxMs = Infinity }: JitterOptions = {},
): number {
  requireNumber("ms", ms, Number.MAX_SAFE_INTEGER);
  requireNumber("ratio", ratio, Number.MAX_VALUE);
  requireNumber("maxMs", maxMs, Infinity);
  const leastMs = Math.ceil(ms);
  const addedMs = Math.floor(Math.min(ratio * ms, maxMs, Number.MAX_SAFE_INTEGER - leastMs));
  return leastMs + Math.floor(Math.random() * (addedMs + 1));
}

function requireNumber(field: string, value: number, max: number): void {
  if (value >= 0 && value <= max) return;
  throw invalidRateLimit(
    "withJitter",
    field,
    `withJitter got ${field} ${value}: it must be a number from 0 to ${max}.`,
  );
}
