import { v } from "convex/values";
import { reserveArgs, vRateLimitStatus, vReserveReturns } from "../shared/validators.js";
import { mutation } from "./_generated/server.js";
import * as reservations from "./model/reservations.js";

export const reserve = mutation({
  args: reserveArgs,
  returns: vReserveReturns,
  handler: (ctx, args) => reservations.reserve(ctx, args),
});

export const settle = mutation({
  args: {
    reservationId: v.string(),
    count: v.number(),
    autoSweep: v.optional(v.boolean()),
  },
  returns: v.union(vRateLimitStatus, v.null()),
  handler: (ctx, args) => reservations.settle(ctx, args),
});

export const cancel = mutation({
  args: { reservationId: v.string(), autoSweep: v.optional(v.boolean()) },
  returns: v.boolean(),
  handler: (ctx, args) => reservations.cancel(ctx, args),
});
