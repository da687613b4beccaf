import { v } from "convex/values";
import { internalMutation } from "./_generated/server.js";
import { sweepLog } from "./model/sweep.js";

/** Deletes events that checkpoints hold. Scheduled by requests, at random. */
export const sweep = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    await sweepLog(ctx);
    return null;
  },
});
