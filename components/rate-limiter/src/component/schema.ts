import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { vBlock } from "../shared/blocks.js";
import { vOverride, vRateLimitConfig, vRefill } from "../shared/kinds.js";
import { vLog } from "../shared/validators.js";

export default defineSchema({
  /**
   * What is left of each limit: up to `shards` rows per (name, key) that was ever limited, made as
   * they are needed, shard 0 first. Written by every granted request, read by every request. Die
   * with `reset`, and by sweeps some time after all of them have drained, shard 0 last; a missing row means
   * never used. `name`, `key`, `shard`, `value`, `ts` and the index `name` are the official package's,
   * whose rows are read in place; they get the other fields when they are next written.
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
    /** Sliding windows: tokens that the window before had used when it ended. */
    prev: v.optional(v.number()),
    /** Sliding logs: the tokens used, request by request, at most 1,000. */
    log: v.optional(vLog),
    /** Set on all shards alike. */
    block: v.optional(vBlock),
    /** When the row says no more than a missing one would, rounded up so that it seldom changes. */
    freeAt: v.optional(v.number()),
  })
    .index("name", ["name", "key", "shard"])
    .index("by_freeAt", ["freeAt"]),

  /**
   * The log of concurrent limits, never changed once committed. Written by every granted request,
   * refund, reset and block, read by every request of the same name and key from the newest checkpoint on, and
   * deleted by sweeps once they are a minute old, when a checkpoint holds them. Expect the requests of
   * the last few minutes.
   */
  events: defineTable({
    name: v.string(),
    key: v.optional(v.string()),
    kind: v.union(
      v.literal("consume"),
      v.literal("refund"),
      v.literal("reset"),
      v.literal("block"),
    ),
    /** Tokens; 0 for resets and blocks. */
    count: v.number(),
    block: v.optional(vBlock),
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
    block: v.optional(vBlock),
    upTo: v.int64(),
    /** When the checkpoint says no more than none would, if no event follows it. */
    freeAt: v.number(),
    seq: v.commitTs(),
  })
    .index("by_name_key_seq", ["name", "key", "seq"])
    .index("by_freeAt", ["freeAt"]),

  /**
   * Who holds one of a concurrency limit's slots: at most `max` rows per (name, key). Written by
   * `acquire` and `renew`, read by `acquire`, deleted by `release`, by whoever takes the slot after
   * they expired, and by sweeps.
   */
  leases: defineTable({
    name: v.string(),
    key: v.optional(v.string()),
    /** From 0 to `max - 1`. */
    slot: v.number(),
    /** Whoever it was that the caller named. */
    holder: v.optional(v.string()),
    /** How long it lasts when it is renewed without saying so, in milliseconds. */
    ttlMs: v.number(),
    expiresAt: v.number(),
  })
    .index("by_name_key_slot", ["name", "key", "slot"])
    .index("by_expiresAt", ["expiresAt"]),

  /**
   * What `reserve` took and nobody has settled. Written by `reserve`, read and deleted by `settle`,
   * `cancel` and resets, and by sweeps when expired. Expect one per job in progress.
   */
  reservations: defineTable({
    name: v.string(),
    key: v.optional(v.string()),
    count: v.number(),
    config: vRateLimitConfig,
    expiresAt: v.number(),
  })
    .index("by_name_key", ["name", "key"])
    .index("by_expiresAt", ["expiresAt"]),

  /**
   * Limits of single keys that differ from what the app defines. Written by `setOverride`, read by
   * every call of a limit with `overrides: true`, deleted by `clearOverride` and, when expired, by
   * sweeps. Expect one per customer with a plan of their own.
   */
  overrides: defineTable({
    name: v.string(),
    key: v.optional(v.string()),
    config: vOverride,
    /** Missing when it holds until it is cleared. */
    expiresAt: v.optional(v.number()),
  })
    .index("by_name_key", ["name", "key"])
    .index("by_expiresAt", ["expiresAt"]),
});
