import { v } from "convex/values";
import { vRateLimitConfig } from "../shared/kinds.js";
import {
  blockArgs,
  countArgs,
  getValueArgs,
  limitAllArgs,
  rateLimitArgs,
  vGetValueReturns,
  vLimitAllReturns,
  vRateLimitReturns,
  vRateLimitStatus,
  vShardRow,
} from "../shared/validators.js";
import { internalQuery, mutation, query } from "./_generated/server.js";
import { currentValue, reset } from "./model/limits.js";
import * as requests from "./model/requests.js";
import { listShards, toShardRow } from "./model/shards.js";
import * as statuses from "./model/statuses.js";

export const rateLimit = mutation({
  args: rateLimitArgs,
  returns: vRateLimitReturns,
  handler: (ctx, args) => requests.consume(ctx, args),
});

export const checkRateLimit = query({
  args: rateLimitArgs,
  returns: vRateLimitReturns,
  handler: (ctx, args) => requests.check(ctx, args),
});

/** `checkRateLimit` for mutations: depends on nothing that others append. */
export const checkRateLimitInMutation = mutation({
  args: rateLimitArgs,
  returns: vRateLimitReturns,
  handler: (ctx, args) => requests.checkInMutation(ctx, args),
});

export const consume = mutation({
  args: rateLimitArgs,
  returns: vRateLimitStatus,
  handler: (ctx, args) => statuses.consumeStatus(ctx, args),
});

export const peek = query({
  args: rateLimitArgs,
  returns: vRateLimitStatus,
  handler: (ctx, args) => statuses.peek(ctx, args),
});

/** `peek` for mutations: depends on nothing that others append. */
export const peekInMutation = mutation({
  args: rateLimitArgs,
  returns: vRateLimitStatus,
  handler: (ctx, args) => statuses.peekInMutation(ctx, args),
});

export const limitAll = mutation({
  args: limitAllArgs,
  returns: vLimitAllReturns,
  handler: (ctx, args) => statuses.limitAll(ctx, args),
});

export const charge = mutation({
  args: countArgs,
  returns: vRateLimitStatus,
  handler: (ctx, args) => statuses.charge(ctx, args),
});

export const refund = mutation({
  args: countArgs,
  returns: vRateLimitStatus,
  handler: (ctx, args) => statuses.refund(ctx, args),
});

export const block = mutation({
  args: blockArgs,
  returns: vRateLimitStatus,
  handler: (ctx, args) => statuses.block(ctx, args),
});

export const unblock = mutation({
  args: countArgs,
  returns: vRateLimitStatus,
  handler: (ctx, args) => statuses.unblock(ctx, args),
});

export const getValue = query({
  args: getValueArgs,
  returns: vGetValueReturns,
  handler: (ctx, args) => currentValue(ctx, args),
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
  returns: v.array(vShardRow),
  handler: async (ctx, subject) => (await listShards(ctx, subject)).map(toShardRow),
});
