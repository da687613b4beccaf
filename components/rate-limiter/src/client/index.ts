export { calculateRateLimit } from "./calculateRateLimit.js";
export type {
  RunActionCtx,
  RunActionCtx as ActionCtx,
  RunMutationCtx,
  RunMutationCtx as MutationCtx,
  RunQueryCtx,
  RunQueryCtx as QueryCtx,
} from "./ctx.js";
export type { HookAPI, HookArgs, HookOptions } from "./hookAPI.js";
export { RateLimiter, RateLimiter as default, type RateLimits } from "./rateLimiter.js";
export { DAY, HOUR, MINUTE, SECOND, WEEK } from "./time.js";
export type { RateLimitValue } from "../shared/calculate.js";
export {
  isRateLimitError,
  isRateLimiterError,
  type RateLimitedData as RateLimitError,
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
