import type { Infer } from "convex/values";
import { expectTypeOf } from "vitest";
import type { vRateLimitConfig } from "../shared/kinds.js";
import type { vRateLimitReturns, vRateLimitStatus } from "../shared/validators.js";
import type { RunMutationCtx, RunQueryCtx } from "./ctx.js";
import type { RateLimitConfig, RateLimiter, RateLimitReturns, RateLimitStatus } from "./index.js";

expectTypeOf<Infer<typeof vRateLimitConfig>>().toEqualTypeOf<RateLimitConfig>();
expectTypeOf<Infer<typeof vRateLimitReturns>>().toEqualTypeOf<RateLimitReturns>();
expectTypeOf<Infer<typeof vRateLimitStatus>>().toEqualTypeOf<RateLimitStatus>();

declare const limiter: RateLimiter<{ send: { kind: "token bucket"; rate: 1; period: 1 } }>;
declare const mutationCtx: RunMutationCtx;
declare const queryCtx: RunQueryCtx;
declare const config: RateLimitConfig;

export const compiles = [
  limiter.limit(mutationCtx, "send"),
  limiter.limit(mutationCtx, "send", { key: "ada", count: 2, reserve: true, throws: true }),
  limiter.limit(mutationCtx, "inline", { config }),
  limiter.check(queryCtx, "send"),
  limiter.getValue(queryCtx, "inline", { config }),
  // @ts-expect-error a name that is not defined needs a config
  limiter.limit(mutationCtx, "inline"),
  // @ts-expect-error a query cannot consume
  limiter.limit(queryCtx, "send"),
  // @ts-expect-error an option that does not exist
  limiter.limit(mutationCtx, "send", { tokens: 2 }),
];
