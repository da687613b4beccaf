import { v, type Infer } from "convex/values";

interface CommonOptions {
  /** Look for an override of this limit on every call, at 1 more query. @default false */
  overrides?: boolean;
}

interface RateOptions extends CommonOptions {
  /** Tokens added per `period`. */
  rate: number;
  /** Milliseconds over which `rate` tokens are added, at most ten years. */
  period: number;
}

interface SavingOptions {
  /** The most tokens that can be saved up. @default rate */
  capacity?: number;
  /** How far below zero `reserve: true` may go, in tokens; 0 allows none. @default unlimited */
  maxReserved?: number;
}

interface ShardOptions {
  /**
   * Rows that share the limit, from 1 to 256. Granted requests conflict with probability 1/shards
   * instead of always; a refusal reads all of them. @default 1
   */
  shards?: number;
}

interface ModeOptions {
  /**
   * `"transactionally"` is exact, and granted requests that meet on a row are retried.
   * `"asynchronously"` is concurrent: requests append to a log and never conflict. It is exact
   * within a transaction and between transactions that do not overlap; those that do may together
   * grant what each of them was granted. Not with `shards`. @default "transactionally"
   */
  applyUpdates?: "transactionally" | "asynchronously";
}

/** Tokens are added continuously, `rate` per `period`, up to `capacity`. */
export interface TokenBucketConfig extends RateOptions, SavingOptions, ShardOptions, ModeOptions {
  kind: "token bucket";
  /** Only windows start anywhere; accepted so that both official kinds destructure alike. */
  start?: null;
}

/** `rate` tokens are added at the start of each window of `period`, up to `capacity`. */
export interface FixedWindowConfig extends RateOptions, SavingOptions, ShardOptions, ModeOptions {
  kind: "fixed window";
  /**
   * Any instant at which a window starts, in milliseconds of UTC; past and future ones align alike.
   * @default an instant derived from name and key, so that keys do not all refill at once
   */
  start?: number;
}

/**
 * About `rate` tokens in any `period`: those of the current window, and of the window before as many
 * as if they had been used evenly over it (Cloudflare's sliding window counter).
 */
export interface SlidingWindowConfig extends RateOptions, ShardOptions {
  kind: "sliding window";
  /** Any instant at which a window starts, as for fixed windows. */
  start?: number;
}

/** Exactly `rate` tokens, at most 1,000, in any `period`: every request is remembered for so long. */
export interface SlidingLogConfig extends RateOptions {
  kind: "sliding log";
}

/** `rate` tokens are added with each new minute, hour, day, week, month or year, up to `capacity`. */
export interface CalendarConfig extends CommonOptions, SavingOptions, ShardOptions {
  kind: "calendar";
  /** Tokens added per window. */
  rate: number;
  /** Weeks begin on Monday. */
  unit: "minute" | "hour" | "day" | "week" | "month" | "year";
  /** Whose midnight it is, by its IANA name, such as `Europe/Berlin`. @default "UTC" */
  timeZone?: string;
  /** Instead of `timeZone`: whole minutes east of UTC, from -840 to 840. @default 0 */
  utcOffsetMinutes?: number;
}

/** At most `max` leases at a time: jobs that run, connections that are open. */
export interface ConcurrencyConfig extends CommonOptions {
  kind: "concurrency";
  /** Leases at a time, from 1 to 1,000. */
  max: number;
  /** Milliseconds after which a lease that is neither renewed nor released ends. @default one minute */
  ttlMs?: number;
}

/** One rate limit. */
export type RateLimitConfig =
  | TokenBucketConfig
  | FixedWindowConfig
  | SlidingWindowConfig
  | SlidingLogConfig
  | CalendarConfig
  | ConcurrencyConfig;

/** A limit that counts tokens. */
export type TokenConfig = Exclude<RateLimitConfig, ConcurrencyConfig>;

export type Kind = RateLimitConfig["kind"];

/**
 * What each kind can do. An option or an operation that is missing here is a typed error.
 *
 * `tokens`: `limit`, `check`, `consume`, `limitAll`, `charge`, `refund`, `reserve`, `block`, `unblock`
 * and `getValue`; `debt`: `capacity`, `maxReserved`, and reservations beyond what is there; `leases`:
 * `acquire`. All kinds can `peek`, `list`, `reset` and have `overrides`.
 */
export const SUPPORT: Record<Kind, readonly Feature[]> = {
  "token bucket": ["tokens", "debt", "shards", "asynchronously"],
  "fixed window": ["tokens", "debt", "shards", "asynchronously"],
  "sliding window": ["tokens", "shards"],
  "sliding log": ["tokens"],
  calendar: ["tokens", "debt", "shards"],
  concurrency: ["leases"],
};

export type Feature = "tokens" | "debt" | "shards" | "asynchronously" | "leases";

const common = { overrides: v.optional(v.boolean()) };
const rated = { rate: v.number(), period: v.number(), ...common };
const saving = { capacity: v.optional(v.number()), maxReserved: v.optional(v.number()) };
const sharded = { shards: v.optional(v.number()) };
const moded = {
  applyUpdates: v.optional(v.union(v.literal("transactionally"), v.literal("asynchronously"))),
};

const vTokenBucket = v.object({
  kind: v.literal("token bucket"),
  ...rated,
  ...saving,
  ...sharded,
  ...moded,
  start: v.optional(v.null()),
});

const vFixedWindow = v.object({
  kind: v.literal("fixed window"),
  ...rated,
  ...saving,
  ...sharded,
  ...moded,
  start: v.optional(v.number()),
});

const vSlidingWindow = v.object({
  kind: v.literal("sliding window"),
  ...rated,
  ...sharded,
  start: v.optional(v.number()),
});

const vSlidingLog = v.object({ kind: v.literal("sliding log"), ...rated });

const vCalendar = v.object({
  kind: v.literal("calendar"),
  rate: v.number(),
  unit: v.union(
    v.literal("minute"),
    v.literal("hour"),
    v.literal("day"),
    v.literal("week"),
    v.literal("month"),
    v.literal("year"),
  ),
  timeZone: v.optional(v.string()),
  utcOffsetMinutes: v.optional(v.number()),
  ...saving,
  ...sharded,
  ...common,
});

const vConcurrency = v.object({
  kind: v.literal("concurrency"),
  max: v.number(),
  ttlMs: v.optional(v.number()),
  ...common,
});

export const vRateLimitConfig = v.union(
  vTokenBucket,
  vFixedWindow,
  vSlidingWindow,
  vSlidingLog,
  vCalendar,
  vConcurrency,
);

const resolved = { capacity: v.number(), period: v.number(), shards: v.number() };

export const vResolvedConfig = v.union(
  vTokenBucket.extend(resolved),
  vFixedWindow.extend(resolved),
  vSlidingWindow.extend(resolved),
  vSlidingLog.extend(resolved),
  vCalendar.extend(resolved),
);

/** A config with every default filled in and every number checked. `period` of calendars is about. */
export type ResolvedConfig = TokenConfig & { capacity: number; period: number; shards: number };

/** What an override may change; the rest stays as the limit is defined. */
export const vOverride = v.object({
  rate: v.optional(v.number()),
  period: v.optional(v.number()),
  capacity: v.optional(v.number()),
  maxReserved: v.optional(v.number()),
  max: v.optional(v.number()),
  ttlMs: v.optional(v.number()),
});

/** What an override may change; the rest stays as the limit is defined. */
export type Override = Infer<typeof vOverride>;

/** Tokens added over time, as events and checkpoints of concurrent limits store it. */
export const vRefill = v.object({
  kind: v.union(v.literal("token bucket"), v.literal("fixed window")),
  rate: v.number(),
  period: v.number(),
  start: v.optional(v.union(v.number(), v.null())),
});
