import { v } from "convex/values";
import { internal } from "./_generated/api.js";
import { internalMutation } from "./_generated/server.js";

/** Fills what is empty; run after every push by `npm start` and `npm run dev`. */
export default internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    await ctx.runMutation(internal.rateLimiter.seed);
    await ctx.runMutation(internal.shardedCounter.seed);
    await ctx.runMutation(internal.shardedCounterLab.seed);
    return null;
  },
});
