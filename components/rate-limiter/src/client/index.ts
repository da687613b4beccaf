export { calculateRateLimit } from "./calculateRateLimit.js";
export type { RunActionCtx, RunMutationCtx, RunQueryCtx } from "./ctx.js";
export type { HookAPI, HookOptions } from "./hookAPI.js";
export { RateLimiter, RateLimiter as default, type RateLimits } from "./rateLimiter.js";
export { DAY, HOUR, MINUTE, SECOND, WEEK } from "./time.js";
export type { RateLimitValue } from "../shared/calculate.js";
export {
  isRateLimitError,
  isRateLimiterError,
  type RateLimiterError,
  type RateLimiterErrorCode,
  type RateLimiterErrorData,
} from "../shared/errors.js";
export type {
  FixedWindowConfig,
  GetValueReturns,
  RateLimitArgs,
  RateLimitConfig,
  RateLimitReturns,
  TokenBucketConfig,
} from "../shared/validators.js";
