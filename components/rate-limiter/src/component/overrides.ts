import { v } from "convex/values";
import { vOverride } from "../shared/kinds.js";
import { limitArgs } from "../shared/validators.js";
import { mutation } from "./_generated/server.js";
import * as overrides from "./model/overrides.js";

export const setOverride = mutation({
  args: { ...limitArgs, override: vOverride, expiresAt: v.optional(v.number()) },
  returns: v.null(),
  handler: async (ctx, { name, key, config, override, expiresAt }) => {
    await overrides.setOverride(ctx, { name, key }, { base: config, config: override, expiresAt });
    return null;
  },
});

export const clearOverride = mutation({
  args: { name: v.string(), key: v.optional(v.string()) },
  returns: v.boolean(),
  handler: (ctx, subject) => overrides.clearOverride(ctx, subject),
});
