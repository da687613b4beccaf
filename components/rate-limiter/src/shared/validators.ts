import { v, type Infer } from "convex/values";

const limitFields = {
  rate: v.number(),
  period: v.number(),
  capacity: v.optional(v.number()),
  maxReserved: v.optional(v.number()),
  shards: v.optional(v.number()),
  applyUpdates: v.optional(v.union(v.literal("transactionally"), v.literal("asynchronously"))),
};

interface LimitOptions {
  /** Tokens added per `period`. */
  rate: number;
  /** Milliseconds over which `rate` tokens are added, at most ten years. */
  period: number;
  /** The most tokens that can be saved up. @default rate */
  capacity?: number;
  /** How far below zero `reserve: true` may go, in tokens; 0 allows none. @default unlimited */
  maxReserved?: number;
  /**
   * Rows that share the limit, from 1 to 256. Granted requests conflict with probability 1/shards
   * instead of always; a refusal reads all of them. @default 1
   */
  shards?: number;
  /**
   * `"transactionally"` is exact, and granted requests that meet on a row are retried.
   * `"asynchronously"` is concurrent: requests append to a log and never conflict. It is exact
   * within a transaction and between transactions that do not overlap; those that do may together
   * grant what each of them was granted. Not with `shards`. @default "transactionally"
   */
  applyUpdates?: "transactionally" | "asynchronously";
}

/** Tokens are added continuously, `rate` per `period`, up to `capacity`. */
export interface TokenBucketConfig extends LimitOptions {
  kind: "token bucket";
  /** Only fixed windows start anywhere; accepted so that both kinds destructure alike. */
  start?: null;
}

/** `rate` tokens are added at the start of each window of `period`, up to `capacity`. */
export interface FixedWindowConfig extends LimitOptions {
  kind: "fixed window";
  /**
   * Any instant at which a window starts, in milliseconds of UTC; past and future ones align alike.
   * @default an instant derived from name and key, so that keys do not all refill at once
   */
  start?: number;
}

/** One rate limit. Both kinds cost the same. */
export type RateLimitConfig = TokenBucketConfig | FixedWindowConfig;

export const vRateLimitConfig = v.union(
  v.object({
    kind: v.literal("token bucket"),
    ...limitFields,
    start: v.optional(v.null()),
  }),
  v.object({
    kind: v.literal("fixed window"),
    ...limitFields,
    start: v.optional(v.number()),
  }),
);

/** Tokens added over time, as events and checkpoints of concurrent limits store it. */
export const vRefill = v.object({
  kind: v.union(v.literal("token bucket"), v.literal("fixed window")),
  rate: v.number(),
  period: v.number(),
  start: v.optional(v.union(v.number(), v.null())),
});

/** What to limit, by how much, and how to answer. */
export interface RateLimitArgs {
  /** The name of the rate limit. */
  name: string;
  /** Whose limit it is (a user id, an IP address), at most 1 KiB. @default one shared limit */
  key?: string;
  /** Tokens to consume; 0 asks without consuming. @default 1 */
  count?: number;
  /**
   * Allow going into debt up to `maxReserved`; the answer's `retryAfter` then says how many
   * milliseconds to wait before doing the work. @default false
   */
  reserve?: boolean;
  /** Throw RATE_LIMITED instead of returning `ok: false`. @default false */
  throws?: boolean;
  config: RateLimitConfig;
}

export const rateLimitArgs = {
  name: v.string(),
  key: v.optional(v.string()),
  count: v.optional(v.number()),
  reserve: v.optional(v.boolean()),
  throws: v.optional(v.boolean()),
  config: vRateLimitConfig,
};

/**
 * `ok: true` without `retryAfter`: go ahead. `ok: true` with `retryAfter`: reserved, do the work
 * after that many milliseconds. `ok: false`: refused, and the same request succeeds after exactly
 * `retryAfter` milliseconds if nobody else consumes. `retryAfter` is a whole number, at least 1.
 */
export type RateLimitReturns =
  { ok: true; retryAfter?: number } | { ok: false; retryAfter: number };

export const vRateLimitReturns = v.union(
  v.object({ ok: v.literal(true), retryAfter: v.optional(v.number()) }),
  v.object({ ok: v.literal(false), retryAfter: v.number() }),
);

export interface GetValueArgs extends Pick<RateLimitArgs, "name" | "key" | "config"> {
  /** All shards are read, whatever is asked for. */
  sampleShards?: number;
}

export const getValueArgs = {
  name: v.string(),
  key: v.optional(v.string()),
  sampleShards: v.optional(v.number()),
  config: vRateLimitConfig,
};

export const vGetValueReturns = v.object({
  value: v.number(),
  ts: v.number(),
  shard: v.number(),
  config: vRateLimitConfig,
  pool: v.optional(v.array(v.object({ used: v.number(), ts: v.number() }))),
});

/**
 * The stored state, to be continued to any instant with `calculateRateLimit(value, value.config)`.
 * `value` tokens were left at `ts` (milliseconds of UTC; 0 when never used) in all shards together,
 * and `config` has its defaults filled in. `pool` is what each of several shards had used: a shard
 * that is full refills nothing, so the sum alone does not tell when a request fits.
 */
export type GetValueReturns = Infer<typeof vGetValueReturns>;

/** Everything about a limit at one instant. */
export interface RateLimitStatus {
  /** Whether the request was granted, or would be. */
  ok: boolean;
  name: string;
  key?: string;
  /** The most tokens the limit holds. */
  limit: number;
  /** Milliseconds over which `rate` tokens are added; of calendar limits, the current window's. */
  window: number;
  /** Whole tokens left: how many requests of one token would be granted now. */
  remaining: number;
  /** Tokens used and not added again yet; more than `limit` when in debt. */
  used: number;
  /** Milliseconds until the request is granted, or until what it reserved is worked off. */
  retryAfter?: number;
  /** When all of `limit` is available if nobody consumes, in milliseconds of UTC. */
  resetAt: number;
  /** Why it was refused: for want of tokens, by `block`, or because it can never be granted. */
  reason?: "limited" | "blocked" | "tooLarge";
  /** What `block` was told, for whoever reads the refusal. */
  blockReason?: string;
}

export const vRateLimitStatus = v.object({
  ok: v.boolean(),
  name: v.string(),
  key: v.optional(v.string()),
  limit: v.number(),
  window: v.number(),
  remaining: v.number(),
  used: v.number(),
  retryAfter: v.optional(v.number()),
  resetAt: v.number(),
  reason: v.optional(v.union(v.literal("limited"), v.literal("blocked"), v.literal("tooLarge"))),
  blockReason: v.optional(v.string()),
});
