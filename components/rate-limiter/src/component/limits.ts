import { v } from "convex/values";
import {
  getValueArgs,
  rateLimitArgs,
  vGetValueReturns,
  vRateLimitConfig,
  vRateLimitReturns,
} from "../shared/validators.js";
import { internalQuery, mutation, query } from "./_generated/server.js";
import { check, checkInMutation, consume, currentValue, reset } from "./model/limits.js";
import { listShards } from "./model/shards.js";

export const rateLimit = mutation({
  args: rateLimitArgs,
  returns: vRateLimitReturns,
  handler: (ctx, args) => consume(ctx, args),
});

export const checkRateLimit = query({
  args: rateLimitArgs,
  returns: vRateLimitReturns,
  handler: (ctx, args) => check(ctx, args),
});

export const getValue = query({
  args: getValueArgs,
  returns: vGetValueReturns,
  handler: (ctx, args) => currentValue(ctx, args),
});

/** `checkRateLimit` for mutations: depends on nothing that others append. */
export const checkRateLimitInMutation = mutation({
  args: rateLimitArgs,
  returns: vRateLimitReturns,
  handler: (ctx, args) => checkInMutation(ctx, args),
});

export const resetRateLimit = mutation({
  args: { name: v.string(), key: v.optional(v.string()), config: v.optional(vRateLimitConfig) },
  returns: v.null(),
  handler: async (ctx, args) => {
    await reset(ctx, args);
    return null;
  },
});

export const getServerTime = mutation({
  args: {},
  returns: v.number(),
  handler: () => Promise.resolve(Date.now()),
});

/** Every row of a limit, for mutations that look at them through a snapshot. */
export const scan = internalQuery({
  args: { name: v.string(), key: v.optional(v.string()) },
  returns: v.array(
    v.object({
      shard: v.number(),
      value: v.number(),
      ts: v.number(),
      cap: v.optional(v.number()),
      layout: v.optional(v.number()),
    }),
  ),
  handler: async (ctx, subject) => {
    const rows = await listShards(ctx, subject);
    return rows.map(({ shard, value, ts, cap, layout }) => ({ shard, value, ts, cap, layout }));
  },
});
