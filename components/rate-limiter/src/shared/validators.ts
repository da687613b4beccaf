import { v, type Infer, type ObjectType } from "convex/values";
import { vBlock } from "./blocks.js";
import { vRateLimitConfig, vResolvedConfig, type RateLimitConfig } from "./kinds.js";

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
  /** Whether this call may schedule housekeeping. @default true */
  autoSweep?: boolean;
}

/** Which limit, and whose. */
export const limitArgs = {
  name: v.string(),
  key: v.optional(v.string()),
  config: vRateLimitConfig,
};

export const countArgs = {
  ...limitArgs,
  count: v.optional(v.number()),
  autoSweep: v.optional(v.boolean()),
};

export const rateLimitArgs = {
  ...countArgs,
  reserve: v.optional(v.boolean()),
  throws: v.optional(v.boolean()),
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

export const getValueArgs = { ...limitArgs, sampleShards: v.optional(v.number()) };

/** Requests of a sliding log, oldest first. */
export const vLog = v.array(v.object({ at: v.number(), count: v.number() }));

export const vGetValueReturns = v.object({
  value: v.number(),
  ts: v.number(),
  shard: v.number(),
  config: vResolvedConfig,
  block: v.optional(vBlock),
  prev: v.optional(v.number()),
  log: v.optional(vLog),
  pool: v.optional(
    v.array(v.object({ used: v.number(), ts: v.number(), prev: v.optional(v.number()) })),
  ),
});

/**
 * The stored state, to be continued to any instant with `calculateRateLimit(value, value.config)`.
 * `value` tokens were left at `ts` (milliseconds of UTC; 0 when never used) in all shards together,
 * and `config` has its defaults filled in. `pool` is what each of several shards had used: a shard
 * that is full refills nothing, so the sum alone does not tell when a request fits.
 */
export type GetValueReturns = Infer<typeof vGetValueReturns>;

/** A row of a limit, as a scan of the snapshot tells of it. */
export const vShardRow = v.object({
  shard: v.number(),
  value: v.number(),
  ts: v.number(),
  cap: v.optional(v.number()),
  layout: v.optional(v.number()),
  prev: v.optional(v.number()),
  log: v.optional(vLog),
  block: v.optional(vBlock),
});

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

export interface LimitAllArgs {
  items: LimitItem[];
  /** Throw RATE_LIMITED with the name of the first that refused. @default false */
  throws?: boolean;
  autoSweep?: boolean;
}

/** One of several limits that have to agree. */
export type LimitItem = Pick<RateLimitArgs, "name" | "key" | "count" | "config">;

export const limitAllArgs = {
  items: v.array(v.object({ ...limitArgs, count: v.optional(v.number()) })),
  throws: v.optional(v.boolean()),
  autoSweep: v.optional(v.boolean()),
};

export const vLimitAllReturns = v.object({
  ok: v.boolean(),
  results: v.array(vRateLimitStatus),
  retryAfter: v.optional(v.number()),
  limitedBy: v.optional(v.array(v.string())),
});

/**
 * `results` are in the order of the items. When one refuses, none is granted: `limitedBy` says whose
 * names they were, and `retryAfter` when all of them would grant, if they ever would.
 */
export type LimitAllReturns = Infer<typeof vLimitAllReturns>;

export interface BlockArgs extends Omit<RateLimitArgs, "count" | "reserve" | "throws"> {
  /** For so many milliseconds. @default until `unblock` or `reset` */
  durationMs?: number;
  /** Or until this instant, in milliseconds of UTC. */
  expiresAt?: number;
  /** Comes back in the status of what is refused, as `blockReason`. */
  reason?: string;
}

export const blockArgs = {
  ...limitArgs,
  durationMs: v.optional(v.number()),
  expiresAt: v.optional(v.number()),
  reason: v.optional(v.string()),
  autoSweep: v.optional(v.boolean()),
};

export interface ReserveArgs extends Omit<RateLimitArgs, "reserve" | "throws"> {
  /**
   * Milliseconds from `runAt` in which the reservation can be settled or cancelled; after that, what
   * it took stays used. @default ten minutes
   */
  ttlMs?: number;
  /** Refuse if the work could not begin within so many milliseconds. @default unlimited */
  maxWaitMs?: number;
}

export const reserveArgs = {
  ...countArgs,
  ttlMs: v.optional(v.number()),
  maxWaitMs: v.optional(v.number()),
};

export const vReserveReturns = v.union(
  v.object({ ok: v.literal(true), runAt: v.number(), reservationId: v.string() }),
  v.object({ ok: v.literal(false), retryAfter: v.number() }),
);

/** `runAt` is when the work may begin, in milliseconds of UTC; `retryAfter` is in milliseconds. */
export type ReserveReturns = Infer<typeof vReserveReturns>;

export interface AcquireArgs extends Pick<RateLimitArgs, "name" | "key" | "config" | "autoSweep"> {
  /** Who holds the lease, for whoever looks at the table. */
  holder?: string;
  /** Milliseconds after which the lease ends by itself. @default the limit's `ttlMs` */
  ttlMs?: number;
}

export const acquireArgs = {
  ...limitArgs,
  holder: v.optional(v.string()),
  ttlMs: v.optional(v.number()),
  autoSweep: v.optional(v.boolean()),
};

export const vAcquireReturns = v.union(
  v.object({
    ok: v.literal(true),
    leaseId: v.string(),
    expiresAt: v.number(),
    active: v.number(),
  }),
  v.object({ ok: v.literal(false), retryAfter: v.number(), active: v.number() }),
);

/**
 * `active` leases were held when the transaction began, and this one; `retryAfter` is in how many
 * milliseconds the first one expires.
 */
export type AcquireReturns = Infer<typeof vAcquireReturns>;

export const vRenewReturns = v.union(
  v.object({ ok: v.literal(true), expiresAt: v.number() }),
  v.object({ ok: v.literal(false) }),
);

/** Not ok: the lease had ended, and somebody else may hold the slot. */
export type RenewReturns = Infer<typeof vRenewReturns>;

export const vSweepReturns = v.object({ deleted: v.number(), isDone: v.boolean() });

/** How many documents were deleted, and whether there is nothing left to delete. */
export type SweepReturns = Infer<typeof vSweepReturns>;

export const listArgs = {
  name: v.string(),
  config: vRateLimitConfig,
  paginationOpts: v.object({ numItems: v.number(), cursor: v.union(v.string(), v.null()) }),
};

export type ListArgs = ObjectType<typeof listArgs>;

export const vListItem = v.object({ key: v.optional(v.string()), status: vRateLimitStatus });

/** A key that was used, and what its limit looks like. */
export type ListItem = Infer<typeof vListItem>;

export const vListReturns = v.object({
  page: v.array(vListItem),
  isDone: v.boolean(),
  continueCursor: v.string(),
});
