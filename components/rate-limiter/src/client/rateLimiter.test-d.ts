import type { PaginationResult } from "convex/server";
import type { Infer } from "convex/values";
import { expectTypeOf } from "vitest";
import type { vOverride, vRateLimitConfig } from "../shared/kinds.js";
import type { vRateLimitReturns, vRateLimitStatus } from "../shared/validators.js";
import type { RunActionCtx, RunMutationCtx, RunQueryCtx } from "./ctx.js";
import type {
  AcquireReturns,
  HookAPI,
  LimitAllReturns,
  ListItem,
  Override,
  RateLimitConfig,
  RateLimiter,
  RateLimitReturns,
  RateLimitStatus,
  RenewReturns,
  ReserveReturns,
  SUPPORT,
  SweepReturns,
} from "./index.js";

expectTypeOf<Infer<typeof vRateLimitConfig>>().toEqualTypeOf<RateLimitConfig>();
expectTypeOf<Infer<typeof vRateLimitReturns>>().toEqualTypeOf<RateLimitReturns>();
expectTypeOf<Infer<typeof vRateLimitStatus>>().toEqualTypeOf<RateLimitStatus>();
expectTypeOf<Infer<typeof vOverride>>().toEqualTypeOf<Override>();
expectTypeOf<keyof typeof SUPPORT>().toEqualTypeOf<RateLimitConfig["kind"]>();

declare const limiter: RateLimiter<{
  send: { kind: "token bucket"; rate: 1; period: 1 };
  jobs: { kind: "concurrency"; max: 1 };
}>;
declare const mutationCtx: RunMutationCtx;
declare const actionCtx: RunActionCtx;
declare const queryCtx: RunQueryCtx;
declare const config: RateLimitConfig;
declare const id: string;
const paginationOpts = { numItems: 10, cursor: null };

export const compiles = [
  limiter.limit(mutationCtx, "send"),
  limiter.limit(actionCtx, "send", { precheck: true, by: "ip", fallbackKey: "nobody" }),
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

const answers = <Value>(_call: Promise<Value>) => expectTypeOf<Value>();

answers(limiter.consume(mutationCtx, "send")).toEqualTypeOf<RateLimitStatus>();
answers(limiter.peek(queryCtx, "jobs", { snapshot: true })).toEqualTypeOf<RateLimitStatus>();
answers(limiter.charge(actionCtx, "send", { count: 3 })).toEqualTypeOf<RateLimitStatus>();
answers(limiter.refund(mutationCtx, "send", { count: 3 })).toEqualTypeOf<RateLimitStatus>();
answers(limiter.block(mutationCtx, "send", { durationMs: 1 })).toEqualTypeOf<RateLimitStatus>();
answers(limiter.unblock(mutationCtx, "send")).toEqualTypeOf<RateLimitStatus>();
answers(limiter.limitAll(mutationCtx, [{ name: "send" }])).toEqualTypeOf<LimitAllReturns>();
answers(limiter.reserve(mutationCtx, "send")).toEqualTypeOf<ReserveReturns>();
answers(limiter.settle(mutationCtx, id, 3)).toEqualTypeOf<RateLimitStatus | null>();
answers(limiter.cancel(mutationCtx, id)).toEqualTypeOf<boolean>();
answers(limiter.acquire(mutationCtx, "jobs")).toEqualTypeOf<AcquireReturns>();
answers(limiter.renew(mutationCtx, id)).toEqualTypeOf<RenewReturns>();
answers(limiter.release(mutationCtx, id)).toEqualTypeOf<boolean>();
answers(limiter.list(queryCtx, "send", { paginationOpts })).toEqualTypeOf<
  PaginationResult<ListItem>
>();
answers(limiter.reset(mutationCtx, "send")).toEqualTypeOf<void>();
answers(limiter.resetAll(mutationCtx, "send")).toEqualTypeOf<SweepReturns>();
answers(limiter.sweep(actionCtx)).toEqualTypeOf<SweepReturns>();
answers(limiter.clearAll(mutationCtx, { before: 1 })).toEqualTypeOf<void>();
answers(limiter.clearOverride(mutationCtx, "send", { key: "ada" })).toEqualTypeOf<boolean>();
expectTypeOf(limiter.hookAPI("send", { allowClientName: true })).toEqualTypeOf<HookAPI>();

const reserved = {} as ReserveReturns;
if (reserved.ok) expectTypeOf(reserved.runAt).toBeNumber();
else expectTypeOf(reserved.retryAfter).toBeNumber();
const lease = {} as AcquireReturns;
if (lease.ok) expectTypeOf(lease.leaseId).toBeString();
// @ts-expect-error a lease that was refused has no id
else expectTypeOf(lease.leaseId).toBeString();

export const operationsCompile = [
  limiter.setOverride(mutationCtx, "send", { key: "ada", config: { rate: 5 }, expiresAt: 1 }),
  limiter.limitAll(mutationCtx, [
    { name: "send", by: "ip" },
    { name: "inline", config },
  ]),
  limiter.consume(mutationCtx, "inline", { config }),
  limiter.reserve(mutationCtx, "send", { count: 2, ttlMs: 1, maxWaitMs: 1 }),
  limiter.acquire(mutationCtx, "jobs", { holder: "worker", ttlMs: 1 }),
  limiter.block(mutationCtx, "send", { key: "ada", expiresAt: 1, reason: "abuse" }),
  // @ts-expect-error a name that is not defined needs a config
  limiter.consume(mutationCtx, "inline"),
  // @ts-expect-error a name that is not defined needs a config
  limiter.acquire(mutationCtx, "inline"),
  // @ts-expect-error a query cannot charge
  limiter.charge(queryCtx, "send"),
  // @ts-expect-error a query cannot take a lease
  limiter.acquire(queryCtx, "jobs"),
  // @ts-expect-error a peek never throws a refusal
  limiter.peek(queryCtx, "send", { throws: true }),
  // @ts-expect-error a charge is taken whether it fits or not
  limiter.charge(mutationCtx, "send", { reserve: true }),
  // @ts-expect-error an override changes numbers, not the kind
  limiter.setOverride(mutationCtx, "send", { config: { kind: "sliding log" } }),
  // @ts-expect-error a list needs to know how much
  limiter.list(queryCtx, "send"),
  // @ts-expect-error an address is the only thing to limit by
  limiter.limit(mutationCtx, "send", { by: "user" }),
];

export const configs: RateLimitConfig[] = [
  { kind: "calendar", rate: 1, unit: "month", timeZone: "Europe/Berlin", shards: 2 },
  { kind: "sliding window", rate: 1, period: 1, shards: 2, overrides: true },
  { kind: "fixed window", rate: 1, period: 1, applyUpdates: "asynchronously" },
  // @ts-expect-error a sliding window saves nothing up
  { kind: "sliding window", rate: 1, period: 1, capacity: 2 },
  // @ts-expect-error a sliding log is one row
  { kind: "sliding log", rate: 1, period: 1, shards: 2 },
  // @ts-expect-error a calendar has units for periods
  { kind: "calendar", rate: 1, period: 1 },
  // @ts-expect-error leases have no rate
  { kind: "concurrency", max: 1, rate: 1 },
];
