import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { vRefill } from "../shared/validators.js";

export default defineSchema({
  /**
   * What is left of each limit: up to `shards` rows per (name, key) that was ever limited, made as
   * they are needed, shard 0 first. Written by every granted request, read by every request. Die
   * with `reset`; a missing row means never used. Names, fields and the index are the official
   * package's, whose rows are read in place: they lack `cap` and `layout`.
   */
  rateLimits: defineTable({
    name: v.string(),
    /** Missing for a limit shared by everybody. */
    key: v.optional(v.string()),
    /** From 0 to `layout - 1`. */
    shard: v.number(),
    /** Tokens left at `ts`; below zero when reserved ahead. */
    value: v.number(),
    /** Milliseconds of UTC; the start of a window for fixed windows. */
    ts: v.number(),
    /** The shard's share of the capacity when the row was written, in tokens. */
    cap: v.optional(v.number()),
    /** How many shards the limit had when the row was written. */
    layout: v.optional(v.number()),
  }).index("name", ["name", "key", "shard"]),

  /**
   * The log of concurrent limits, never changed once committed. Written by every granted request and
   * every reset, read by every request of the same name and key from the newest checkpoint on, and
   * deleted by sweeps once a checkpoint has been committed for a minute. Expect the requests of the
   * last few minutes.
   */
  events: defineTable({
    name: v.string(),
    key: v.optional(v.string()),
    kind: v.union(v.literal("consume"), v.literal("reset")),
    /** Tokens consumed; 0 for a reset. */
    count: v.number(),
    /** Milliseconds of UTC by the clock of the request. */
    at: v.number(),
    /** How the limit was refilled at the time: a later config does not change the past. */
    refill: vRefill,
    seq: v.commitTs(),
  }).index("by_name_key_seq", ["name", "key", "seq"]),

  /**
   * What the events up to `upTo` add up to. A pure function of them, so it does not matter how many
   * are made or by whom: written by one in about fourteen granted requests and by sweeps, read by every
   * request, deleted by sweeps when there is a newer one or the limit has drained.
   */
  checkpoints: defineTable({
    name: v.string(),
    key: v.optional(v.string()),
    used: v.number(),
    ts: v.number(),
    refill: vRefill,
    upTo: v.int64(),
    seq: v.commitTs(),
  }).index("by_name_key_seq", ["name", "key", "seq"]),
});
