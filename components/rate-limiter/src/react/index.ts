export {
  useRateLimit,
  type GetRateLimitQuery,
  type GetServerTimeMutation,
  type RateLimitCheck,
  type RateLimitStatus,
  type UseRateLimit,
  type UseRateLimitOptions,
} from "./useRateLimit.js";
