import { v } from "convex/values";
import { acquireArgs, vAcquireReturns, vRenewReturns } from "../shared/validators.js";
import { internalQuery, mutation } from "./_generated/server.js";
import * as leases from "./model/leases.js";

export const acquire = mutation({
  args: acquireArgs,
  returns: vAcquireReturns,
  handler: (ctx, args) => leases.acquire(ctx, args),
});

export const renew = mutation({
  args: { leaseId: v.string(), ttlMs: v.optional(v.number()) },
  returns: vRenewReturns,
  handler: (ctx, args) => leases.renew(ctx, args),
});

export const release = mutation({
  args: { leaseId: v.string() },
  returns: v.boolean(),
  handler: (ctx, { leaseId }) => leases.release(ctx, leaseId),
});

/** Every lease of a limit, for mutations that look at them through a snapshot. */
export const scan = internalQuery({
  args: { name: v.string(), key: v.optional(v.string()) },
  returns: v.array(v.object({ slot: v.number(), expiresAt: v.number() })),
  handler: async (ctx, subject) => {
    const found = await leases.listLeases(ctx, subject);
    return found.map(({ slot, expiresAt }) => ({ slot, expiresAt }));
  },
});
