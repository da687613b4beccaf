import {
  HOUR,
  keyFromRequest,
  rateLimitHeaders,
  RateLimiter,
  SECOND,
  type RateLimitConfig,
  type RateLimitStatus,
  type RequestCtx,
  vRateLimitStatus,
} from "@convex-suite/rate-limiter";
import { v, type Infer } from "convex/values";
import { components, internal } from "./_generated/api.js";
import {
  action,
  internalMutation,
  mutation,
  query,
  type MutationCtx,
} from "./_generated/server.js";

// #region kinds
const KINDS = {
  // 10 at once after a pause, and one more every 2 seconds.
  tokenBucket: { kind: "token bucket", rate: 10, period: 20 * SECOND },
  // 10 in each 20 seconds of the clock.
  fixedWindow: { kind: "fixed window", rate: 10, period: 20 * SECOND },
  // About 10 in any 20 seconds, from two numbers however many requests there are.
  slidingWindow: { kind: "sliding window", rate: 10, period: 20 * SECOND },
  // Exactly 10 in any 20 seconds, because every request is remembered.
  slidingLog: { kind: "sliding log", rate: 10, period: 20 * SECOND },
  // 10 in each minute. A day, a month or a year ends at midnight in Berlin, summer time included.
  calendar: { kind: "calendar", rate: 10, unit: "minute", timeZone: "Europe/Berlin" },
  // 3 at a time. Whoever dies without a word makes room after 20 seconds.
  jobs: { kind: "concurrency", max: 3, ttlMs: 20 * SECOND },
} satisfies Record<string, RateLimitConfig>;
// #endregion

// #region modes
const shards = 4;
const applyUpdates = "asynchronously";

export const lab = new RateLimiter(components.rateLimiter, {
  ...KINDS,
  // Four rows that share the limit: concurrent callers meet on one of them less often.
  tokenBucketShards: { ...KINDS.tokenBucket, shards },
  fixedWindowShards: { ...KINDS.fixedWindow, shards },
  slidingWindowShards: { ...KINDS.slidingWindow, shards },
  calendarShards: { ...KINDS.calendar, shards },
  // A log that callers append to: they never meet.
  tokenBucketConcurrent: { ...KINDS.tokenBucket, applyUpdates },
  fixedWindowConcurrent: { ...KINDS.fixedWindow, applyUpdates },
  // So slow that nothing comes back while somebody counts.
  hotKey: { kind: "token bucket", rate: 3, period: HOUR, applyUpdates },
});
// #endregion

/** Every limit of the lab that counts tokens. */
const vName = v.union(
  v.literal("tokenBucket"),
  v.literal("tokenBucketShards"),
  v.literal("tokenBucketConcurrent"),
  v.literal("fixedWindow"),
  v.literal("fixedWindowShards"),
  v.literal("fixedWindowConcurrent"),
  v.literal("slidingWindow"),
  v.literal("slidingWindowShards"),
  v.literal("slidingLog"),
  v.literal("calendar"),
  v.literal("calendarShards"),
  v.literal("hotKey"),
);

export const vWhose = v.union(v.literal("everybody"), v.literal("address"));

const limitArgs = { name: vName, whose: vWhose };

/** More from an action would wait for each other longer than a visitor does. */
const MOST_CALLS = 50;
/** In one mutation: well below what one transaction may read. */
const MOST_CALLS_IN_ONE = 500;
const BLOCK_MS = 10 * SECOND;

const vBurst = v.object({
  /** Whose limit it was. */
  key: v.string(),
  granted: v.number(),
  refused: v.number(),
  /** Mutations that met with others too often and gave up; never on the embedded backend. */
  failed: v.number(),
  remaining: v.number(),
  /** Milliseconds until one more call can succeed; null if the last one was granted. */
  retryAfter: v.union(v.number(), v.null()),
  /** What an HTTP response to the last call would say. */
  headers: v.record(v.string(), v.string()),
});

export type Burst = Infer<typeof vBurst>;

/** Many calls at once, each a mutation of its own. */
export const burst = action({
  args: { ...limitArgs, calls: v.number() },
  returns: vBurst,
  handler: async (ctx, { name, whose, calls }): Promise<Burst> => {
    const key = await keyOf(ctx, whose);
    const called = await Promise.allSettled(
      Array.from({ length: Math.min(calls, MOST_CALLS) }, () =>
        ctx.runMutation(internal.rateLimiterLab.consume, { name, key }),
      ),
    );
    const answers = called.flatMap((call) => (call.status === "fulfilled" ? [call.value] : []));
    return summarize(key, answers, { failed: called.length - answers.length });
  },
});

/** As many calls as in a burst, one after the other in one transaction. */
export const burstInOneMutation = mutation({
  args: { ...limitArgs, calls: v.number() },
  returns: vBurst,
  handler: async (ctx, { name, whose, calls }) => {
    const key = await keyOf(ctx, whose);
    const answers: RateLimitStatus[] = [];
    for (let call = 0; call < Math.min(calls, MOST_CALLS_IN_ONE); call++)
      answers.push(await lab.consume(ctx, name, { key }));
    return summarize(key, answers, { failed: 0 });
  },
});

export const consume = internalMutation({
  args: { name: vName, key: v.string() },
  returns: vRateLimitStatus,
  handler: (ctx, { name, key }) => lab.consume(ctx, name, { key }),
});

function summarize(key: string, answers: RateLimitStatus[], { failed }: { failed: number }): Burst {
  const last = answers.at(-1);
  if (last === undefined) throw new Error(`No call got an answer: ${failed} failed.`);
  const granted = answers.filter(({ ok }) => ok).length;
  return {
    key,
    granted,
    refused: answers.length - granted,
    failed,
    remaining: last.remaining,
    retryAfter: last.retryAfter ?? null,
    headers: rateLimitHeaders(last),
  };
}

// #region limitAll
/** One call of each limit, or of none: what one refuses, the others keep. */
export const callAll = mutation({
  args: { names: v.array(vName), whose: vWhose },
  returns: v.object({ ok: v.boolean(), limitedBy: v.array(v.string()) }),
  handler: async (ctx, { names, whose }) => {
    const key = await keyOf(ctx, whose);
    const { ok, limitedBy = [] } = await lab.limitAll(
      ctx,
      names.map((name) => ({ name, key })),
    );
    return { ok, limitedBy };
  },
});
// #endregion

// #region block
/** Refuses everything for ten seconds, whatever is left. */
export const block = mutation({
  args: limitArgs,
  returns: v.null(),
  handler: async (ctx, { name, whose }) => {
    const key = await keyOf(ctx, whose);
    await lab.block(ctx, name, { key, durationMs: BLOCK_MS, reason: "by hand" });
    return null;
  },
});
// #endregion

/** Lifts a block. What was used stays used. */
export const unblock = mutation({
  args: limitArgs,
  returns: v.null(),
  handler: async (ctx, { name, whose }) => {
    await lab.unblock(ctx, name, { key: await keyOf(ctx, whose) });
    return null;
  },
});

/** Makes one limit as good as new. */
export const reset = mutation({
  args: limitArgs,
  returns: v.null(),
  handler: async (ctx, { name, whose }) => {
    await lab.reset(ctx, name, { key: await keyOf(ctx, whose) });
    return null;
  },
});

// #region address
const EVERYBODY = "everybody";
const NO_ADDRESS = "no address";

/** Whose limit a call means. The address is read from the request: a client cannot choose it. */
export async function keyOf(ctx: RequestCtx, whose: Infer<typeof vWhose>): Promise<string> {
  if (whose === "everybody") return EVERYBODY;
  return (await keyFromRequest(ctx)) ?? NO_ADDRESS;
}
// #endregion

/** The key that calls of this client get, for each answer to "whose". */
export const myKeys = mutation({
  args: {},
  returns: v.object({ everybody: v.string(), address: v.string() }),
  handler: async (ctx) => ({
    everybody: await keyOf(ctx, "everybody"),
    address: await keyOf(ctx, "address"),
  }),
});

/** Queries know no caller: without a fallbackKey, a limit by address cannot be asked there. */
export const checkByAddress = query({
  args: { fallbackKey: v.optional(v.string()) },
  returns: v.boolean(),
  handler: async (ctx, { fallbackKey }) => {
    const { ok } = await lab.check(ctx, "tokenBucket", { by: "ip", fallbackKey });
    return ok;
  },
});

/** A playground: whoever looks may name the limit and the key to look at. */
export const { getRateLimit: getLimit } = lab.hookAPI("tokenBucket", {
  allowClientName: true,
  key: (_ctx, keyFromClient) => keyFromClient ?? EVERYBODY,
});

/** Forgets what was consumed, for every limit and key of the lab. */
export async function resetLab(ctx: MutationCtx): Promise<void> {
  for (const name of [...vName.members.map(({ value }) => value), "jobs" as const])
    await lab.resetAll(ctx, name);
}
