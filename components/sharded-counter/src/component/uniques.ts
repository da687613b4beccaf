import { v } from "convex/values";
import { mutation, query } from "./_generated/server.js";
import { addUnique, countUniques, mergeUniques, resetUniques } from "./model/uniques.js";

/** Adds an item, and says whether it was new. */
export const add = mutation({
  args: { name: v.string(), item: v.string() },
  returns: v.boolean(),
  handler: (ctx, { name, item }) => addUnique(ctx, name, item),
});

/** How many different items were added. */
export const count = query({
  args: { name: v.string() },
  returns: v.number(),
  handler: (ctx, { name }) => countUniques(ctx, name),
});

/** Adds all items of one to another. */
export const merge = mutation({
  args: { into: v.string(), from: v.string() },
  returns: v.null(),
  handler: async (ctx, { into, from }) => {
    await mergeUniques(ctx, into, from);
    return null;
  },
});

/** Forgets all items. */
export const reset = mutation({
  args: { name: v.string() },
  returns: v.null(),
  handler: async (ctx, { name }) => {
    await resetUniques(ctx, name);
    return null;
  },
});
