import { isRateLimitError, MINUTE, RateLimiter } from "@convex-suite/rate-limiter";
import { v, type Infer } from "convex/values";
import { api, components } from "./_generated/api.js";
import { action, internalMutation, mutation, query } from "./_generated/server.js";
import { apiLimits } from "./http.js";
import { deleteJobs } from "./rateLimiterJobs.js";
import { resetLab } from "./rateLimiterLab.js";

// #region define
export const rateLimiter = new RateLimiter(components.rateLimiter, {
  // Each author: 10 a minute, and up to 5 at once after a pause.
  sendMessage: { kind: "token bucket", rate: 10, period: MINUTE, capacity: 5 },
  // Everybody together: 30 in each minute of the clock.
  allMessages: { kind: "fixed window", rate: 30, period: MINUTE, start: 0 },
});
// #endregion

const MOST_CHARACTERS = 280;
const MOST_SHOWN = 20;
const MOST_CALLS = 50;

// #region limit
export const send = mutation({
  args: { author: v.string(), body: v.string() },
  returns: v.null(),
  handler: async (ctx, { author, body }) => {
    await rateLimiter.limit(ctx, "sendMessage", { key: author, throws: true });
    // If this one refuses, the whole mutation fails and the author's token comes back.
    await rateLimiter.limit(ctx, "allMessages", { throws: true });
    await ctx.db.insert("messages", { author, body: body.slice(0, MOST_CHARACTERS) });
    return null;
  },
});
// #endregion

/** The newest messages that got through. */
export const messages = query({
  args: {},
  returns: v.array(v.object({ _id: v.id("messages"), author: v.string(), body: v.string() })),
  handler: async (ctx) => {
    const newest = await ctx.db.query("messages").order("desc").take(MOST_SHOWN);
    return newest.map(({ _id, author, body }) => ({ _id, author, body }));
  },
});

const vBurst = v.object({
  granted: v.number(),
  /** Calls refused by each limit. */
  refused: v.record(v.string(), v.number()),
  /** Milliseconds until one more call can succeed; null if none was refused. */
  retryAfter: v.union(v.number(), v.null()),
});

/** Sends many messages at once, as a bot would. */
export const burst = action({
  args: { author: v.string(), calls: v.number() },
  returns: vBurst,
  handler: async (ctx, { author, calls }): Promise<Infer<typeof vBurst>> => {
    const sent = await Promise.allSettled(
      Array.from({ length: Math.min(calls, MOST_CALLS) }, (_, index) =>
        ctx.runMutation(api.rateLimiter.send, { author, body: `Burst message ${index + 1}` }),
      ),
    );
    const refused: Record<string, number> = {};
    let retryAfter: number | null = null;
    for (const result of sent) {
      if (result.status === "fulfilled") continue;
      if (!isRateLimitError(result.reason)) throw result.reason;
      const { name, retryAfter: wait } = result.reason.data;
      refused[name] = (refused[name] ?? 0) + 1;
      retryAfter = Math.max(retryAfter ?? 0, wait);
    }
    const granted = sent.filter(({ status }) => status === "fulfilled").length;
    return { granted, refused, retryAfter };
  },
});

// #region hook
export const { getRateLimit: getAuthorLimit, getServerTime } = rateLimiter.hookAPI("sendMessage", {
  // The demo has no accounts, so the browser names the author. An app with accounts ignores what
  // the client says and returns the id of the signed-in user.
  key: (_ctx, keyFromClient) => keyFromClient ?? "anonymous",
});
// #endregion

export const { getRateLimit: getSharedLimit } = rateLimiter.hookAPI("allMessages");

const AUTHORS = ["Ada", "Grace", "Edsger"];

/** Forgets what was sent and consumed, on the whole page. */
export const reset = mutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    for (const { _id } of await ctx.db.query("messages").take(1000))
      await ctx.db.delete("messages", _id);
    await rateLimiter.reset(ctx, "allMessages");
    for (const author of AUTHORS) await rateLimiter.reset(ctx, "sendMessage", { key: author });
    await resetLab(ctx);
    await deleteJobs(ctx);
    await apiLimits.resetAll(ctx, "perAddress");
    await apiLimits.resetAll(ctx, "perMonth");
    return null;
  },
});

/** Something to look at in an empty deployment. */
export const seed = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    if (await ctx.db.query("messages").first()) return null;
    for (const author of AUTHORS)
      await ctx.db.insert("messages", { author, body: `Hello from ${author}` });
    return null;
  },
});
