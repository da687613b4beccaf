export { calculateRateLimit, calculateStatus } from "./calculateRateLimit.js";
export type {
  RunActionCtx,
  RunActionCtx as ActionCtx,
  RunMutationCtx,
  RunMutationCtx as MutationCtx,
  RunQueryCtx,
  RunQueryCtx as QueryCtx,
} from "./ctx.js";
export { rateLimitHeaders, type RateLimitHeadersOptions } from "./headers.js";
export type { HookAPI, HookArgs, HookOptions } from "./hookAPI.js";
export { withJitter, type JitterOptions } from "./jitter.js";
export type {
  AcquireOptions,
  BlockOptions,
  CountOptions,
  Item,
  KeyOptions,
  LimitOptions,
  PeekOptions,
  RateLimiterOptions,
  RateLimits,
  RequestOptions,
  ReserveOptions,
} from "./options.js";
export { RateLimiter, RateLimiter as default } from "./rateLimiter.js";
export {
  keyFromRequest,
  requestKey,
  type RequestCtx,
  type RequestKeyOptions,
} from "./requestKey.js";
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
export {
  SUPPORT,
  vRateLimitConfig,
  type CalendarConfig,
  type ConcurrencyConfig,
  type FixedWindowConfig,
  type Override,
  type RateLimitConfig,
  type SlidingLogConfig,
  type SlidingWindowConfig,
  type TokenBucketConfig,
} from "../shared/kinds.js";
export {
  vAcquireReturns,
  vGetValueReturns,
  vLimitAllReturns,
  vRateLimitReturns,
  vRateLimitStatus,
  vReserveReturns,
  type AcquireReturns,
  type GetValueReturns,
  type LimitAllReturns,
  type ListItem,
  type RateLimitArgs,
  type RateLimitReturns,
  type RateLimitStatus,
  type RenewReturns,
  type ReserveReturns,
  type SweepReturns,
} from "../shared/validators.js";
