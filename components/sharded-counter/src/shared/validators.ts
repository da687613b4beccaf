import { v, type Infer } from "convex/values";

/** A number, or a bigint where a number would not be exact. */
export const vTotal = v.union(v.number(), v.int64());

/**
 * What a bounded counter must stay between, and over how many rows it is spread. Every write of the
 * counter must go through an instance that declares it.
 */
export interface Bounds {
  /** The least total, a whole number. @default 0 */
  min?: number;
  /** The greatest total, a whole number. @default Infinity */
  max?: number;
  /** Rows that share the counter, from 1 to 1000. Changes conflict with probability 1/shards. @default 16 */
  shards?: number;
}

export const vBounds = v.object({ min: v.number(), max: v.number(), shards: v.number() });

/** `Bounds` with its defaults filled in. */
export type ResolvedBounds = Infer<typeof vBounds>;

/**
 * How much of its past a counter keeps, beyond its total. Costs two documents per hour and day in
 * which it changes, written in the background.
 */
export interface History {
  /** Hours to keep, from 1 to 1000. @default none */
  hour?: number;
  /** Days to keep, from 1 to 1000. @default none */
  day?: number;
}

export const vHistory = v.object({ hour: v.optional(v.number()), day: v.optional(v.number()) });

/**
 * A counter and where it is stored: in the log, unless `shards` or `bounds` says otherwise.
 */
export const vCounter = v.object({
  name: v.string(),
  /** Sharded, over this many rows. */
  shards: v.optional(v.number()),
  /** Bounded, and therefore sharded. */
  bounds: v.optional(vBounds),
  /** What the log keeps of its past. */
  history: v.optional(vHistory),
});

export type Counter = Infer<typeof vCounter>;

/** One change of a counter. `shard` is the row that the transaction has written before, if any. */
export const vAddition = v.object({
  ...vCounter.fields,
  count: vTotal,
  shard: v.optional(v.number()),
});

export type Addition = Infer<typeof vAddition>;

/** The row that an addition went to; null for the log. */
export const vShard = v.union(v.number(), v.null());

/** A change that was made, or refused because it would have left the bounds. */
export const vTryAddReturns = v.object({ ok: v.boolean(), count: v.optional(v.number()) });

/**
 * Whether the change was made. `count` is the total, if all rows had to be looked at to tell: as of
 * the beginning of the transaction when refused.
 */
export interface TryAddReturns<Count = number> {
  ok: boolean;
  count?: Count;
}

/** What a sweep did: documents deleted, and whether that was all there is to do now. */
export const vSweepReturns = v.object({ deleted: v.number(), isDone: v.boolean() });

export type SweepReturns = Infer<typeof vSweepReturns>;
