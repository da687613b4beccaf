import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  /**
   * What is left of each limit: one row per (name, key) that was ever limited.
   * Written by every granted request, read by every request. Dies with `reset`; a missing row means
   * never used. Names, fields and the index are the official package's, whose rows are read in
   * place: they lack `cap`.
   */
  rateLimits: defineTable({
    name: v.string(),
    /** Missing for a limit shared by everybody. */
    key: v.optional(v.string()),
    /** Always 0: the limit is one row. */
    shard: v.number(),
    /** Tokens left at `ts`; below zero when reserved ahead. */
    value: v.number(),
    /** Milliseconds of UTC; the start of a window for fixed windows. */
    ts: v.number(),
    /** The capacity when the row was written, in tokens. */
    cap: v.optional(v.number()),
  }).index("name", ["name", "key", "shard"]),
});
