import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

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
});
