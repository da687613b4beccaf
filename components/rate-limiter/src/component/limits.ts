import { v } from "convex/values";
import {
  getValueArgs,
  rateLimitArgs,
  vGetValueReturns,
  vRateLimitReturns,
} from "../shared/validators.js";
import { mutation, query } from "./_generated/server.js";
import { check, consume, currentValue } from "./model/limits.js";
import { deleteShard } from "./model/shards.js";

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

export const resetRateLimit = mutation({
  args: { name: v.string(), key: v.optional(v.string()) },
  returns: v.null(),
  handler: async (ctx, subject) => {
    await deleteShard(ctx, subject);
    return null;
  },
});

export const getServerTime = mutation({
  args: {},
  returns: v.number(),
  handler: () => Promise.resolve(Date.now()),
});
