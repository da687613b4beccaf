import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { vBounds, vHistory, vTotal } from "../shared/validators.js";

export default defineSchema({
  /**
   * Sharded and bounded counters: up to `shards` rows per name, made as they are needed. Written by
   * every addition to one of them, read by every count. Die with `reset` and `deletePrefix`; those
   * beyond the current number of shards with `rebalance`. Names, fields and the index are the
   * official package's, whose rows are read in place: their values are all numbers, and they have
   * neither `rest` nor `bounds`.
   */
  counters: defineTable({
    name: v.string(),
    value: vTotal,
    /** From 0. */
    shard: v.number(),
    /** What `value` lost to rounding; the two together are exact. Missing for 0. */
    rest: v.optional(v.number()),
    /** What the counter was bounded by when the row was written: its share of them is its own. */
    bounds: v.optional(vBounds),
  }).index("name", ["name", "shard"]),

  /**
   * The log of all other counters, never changed once committed. Written by every addition, which
   * reads nothing; read by every count from the newest checkpoint on; deleted by sweeps once a
   * checkpoint has been committed for a minute. Expect the additions of the last few minutes.
   */
  events: defineTable({
    name: v.string(),
    /** A change by `count`, or a new beginning at it. */
    kind: v.union(v.literal("add"), v.literal("set")),
    count: vTotal,
    /** For the sweep, which books what it deletes. Missing if nothing is kept. */
    history: v.optional(vHistory),
    seq: v.commitTs(),
  }).index("by_name_seq", ["name", "seq"]),

  /**
   * What the events up to `upTo` add up to. A pure function of them, so it does not matter how many
   * are made or by whom: written by one in fourteen additions and by sweeps, read by every count,
   * deleted by sweeps when there is a newer one, or when it says 0 and nothing is left to add. A
   * beginning writes one, too, with its own total: what is before is wiped by the event that comes
   * after `upTo`.
   */
  checkpoints: defineTable({
    name: v.string(),
    total: vTotal,
    upTo: v.int64(),
    seq: v.commitTs(),
  }).index("by_name_seq", ["name", "seq"]),

  /**
   * By how much a counter changed in an hour or a day, of the events that are deleted already.
   * Written by sweeps, read by `series`, deleted by sweeps when it is older than the counter keeps.
   * Expect as many rows per counter as its `history` says.
   */
  history: defineTable({
    name: v.string(),
    unit: v.union(v.literal("hour"), v.literal("day")),
    /** Milliseconds of UTC. */
    startAt: v.number(),
    delta: vTotal,
  }).index("by_name_unit_startAt", ["name", "unit", "startAt"]),

  /**
   * Additions that are not to be made twice. Written and read by `once`, deleted by sweeps after
   * `expiresAt`. Expect the calls of the last `ttlMs`.
   */
  onceKeys: defineTable({
    name: v.string(),
    key: v.string(),
    /** Milliseconds of UTC. */
    expiresAt: v.number(),
  })
    .index("by_name_key", ["name", "key"])
    .index("by_expiresAt", ["expiresAt"]),

  /**
   * Counters of different items: one row each. Written by `add` when an item is new, read by every
   * `add` and `count`, deleted by `reset`. At most 256 hashes, or 4 KiB of registers.
   */
  uniques: defineTable({
    name: v.string(),
    /** Hashes of the items, while there are few of them. */
    hashes: v.array(v.int64()),
    /** A HyperLogLog sketch, once there are many. */
    registers: v.optional(v.bytes()),
  }).index("by_name", ["name"]),

  /**
   * Backfills by id. Written by `start` and by the last step, read by every gated write. Stays: one
   * row for each backfill in the app's code.
   *
   *   (no row) --start--> running --last step--> done --start--> running
   */
  backfills: defineTable({
    id: v.string(),
    status: v.union(v.literal("running"), v.literal("done")),
    /** Documents created until then are counted by steps, later ones when they are inserted. */
    cutoff: v.number(),
  }).index("by_backfill", ["id"]),

  /**
   * How far a running backfill has come, apart from its status, so that inserts do not depend on it.
   * Written by every step, read by gated writes of documents that steps count. Deleted by the last.
   */
  backfillCursors: defineTable({
    id: v.string(),
    /** The creation time of the last document counted. */
    countedUntil: v.number(),
  }).index("by_backfill", ["id"]),

  /**
   * The chain of sweeps: one row while there is one, none otherwise. Written by sweeps, read by them
   * and, through a snapshot, by one in 256 additions.
   *
   *   (no row) --addition, 90 s later--> row --each run--> row --nothing left--> (no row)
   */
  sweeps: defineTable({
    /** When the chain runs next, in milliseconds of UTC. */
    runAt: v.number(),
  }),
});
