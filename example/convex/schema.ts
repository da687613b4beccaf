import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  /** Rate limiter demo: what got through the limits. A few hundred rows at most; cleared by reset. */
  messages: defineTable({
    author: v.string(),
    body: v.string(),
  }),

  /** Sharded counter demo: what is counted by topic. A few hundred rows at most; cleared by reset. */
  posts: defineTable({
    topic: v.string(),
    title: v.string(),
  }),
});
