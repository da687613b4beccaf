import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  /** Rate limiter demo: what got through the limits. A few hundred rows at most; cleared by reset. */
  messages: defineTable({
    author: v.string(),
    body: v.string(),
  }),
  /**
   * Rate limiter demo: who holds a lease. Written with the lease, deleted when it is released, and
   * by the next job to start when it has expired; a handful per key.
   */
  jobs: defineTable({
    key: v.string(),
    holder: v.string(),
    leaseId: v.string(),
    expiresAt: v.number(),
  }).index("by_key", ["key"]),

  /** Sharded counter demo: what is counted by topic. A few hundred rows at most; cleared by reset. */
  posts: defineTable({
    topic: v.string(),
    title: v.string(),
  }),
});
