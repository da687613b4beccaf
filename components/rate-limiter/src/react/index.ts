export {
  useRateLimit,
  type GetRateLimitValueQuery,
  type GetServerTimeMutation,
  type RateLimitCheck,
  type RateLimitStatus,
  type UseRateLimit,
  type UseRateLimitOptions,
} from "./useRateLimit.js";
