import { UniqueCounter } from "@convex-suite/sharded-counter";
import { v } from "convex/values";
import { api, components, internal } from "./_generated/api.js";
import { action, internalMutation, mutation, query, type QueryCtx } from "./_generated/server.js";
import { counter, sharded } from "./shardedCounter.js";

const MOST_CLICKS = 100;
const MOST_BUYERS = 50;
const MOST_PEOPLE = 50;
const MOST_VIEWS = 100;
const TICKETS = 20;

/** Counted beside "clicks", in rows. */
const ROWS = "clicks in rows";

const vWhere = v.union(v.literal("log"), v.literal("rows"));

// #region storm
/** One click of a storm. Each storm has a name of its own, so that it knows what became of it. */
export const add = internalMutation({
  args: { where: vWhere, storm: v.string() },
  returns: v.null(),
  handler: async (ctx, { where, storm }) => {
    const name = `storm:${where}:${storm}`;
    if (where === "log") await counter.addMany(ctx, { clicks: 1, [name]: 1 });
    else await sharded.addMany(ctx, { [ROWS]: 1, [name]: 1 });
    return null;
  },
});

/** Many clicks at once, each a mutation of its own. Tells how many were told that they count. */
export const storm = action({
  args: { where: vWhere, storm: v.string(), clicks: v.number() },
  returns: v.object({ sent: v.number(), slowestMs: v.number() }),
  handler: async (ctx, { where, storm, clicks }) => {
    const began = Date.now();
    const answers = await Promise.allSettled(
      Array.from({ length: Math.min(clicks, MOST_CLICKS) }, async () => {
        await ctx.runMutation(internal.shardedCounterLab.add, { where, storm });
        return Date.now() - began;
      }),
    );
    const waits = answers.flatMap((answer) =>
      answer.status === "fulfilled" ? [answer.value] : [],
    );
    return { sent: waits.length, slowestMs: Math.max(0, ...waits) };
  },
});

/** What a storm counts, wherever it is stored, in one call. */
export const stormCounts = query({
  args: { storm: v.string() },
  returns: v.object({ log: v.number(), rows: v.number() }),
  handler: async (ctx, { storm }) => {
    const [log, rows] = [`storm:log:${storm}`, `storm:rows:${storm}`];
    const counts = await counter.countMany(ctx, [log, rows]);
    return { log: counts[log] ?? 0, rows: counts[rows] ?? 0 };
  },
});
// #endregion

/** `stormCounts`, asked anew: a subscription may be a moment behind. */
export const verdict = action({
  args: { storm: v.string() },
  returns: v.object({ log: v.number(), rows: v.number() }),
  handler: (ctx, args): Promise<{ log: number; rows: number }> =>
    ctx.runQuery(api.shardedCounterLab.stormCounts, args),
});

/** One click in the log, and one in rows. */
export const clickBoth = mutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    await counter.inc(ctx, "clicks");
    await sharded.inc(ctx, ROWS);
    return null;
  },
});

// #region reads
/** Counts both, and how many documents that takes. */
export const reads = query({
  args: {},
  returns: v.object({
    log: v.object({ count: v.number(), documents: v.number() }),
    rows: v.object({ count: v.number(), documents: v.number() }),
  }),
  handler: async (ctx) => {
    const log = await measured(ctx, () => counter.count(ctx, "clicks"));
    const rows = await measured(ctx, () => sharded.count(ctx, ROWS));
    return { log, rows };
  },
});

async function measured(ctx: QueryCtx, read: () => Promise<number>) {
  const before = await ctx.meta.getTransactionMetrics();
  const count = await read();
  const after = await ctx.meta.getTransactionMetrics();
  return { count, documents: after.documentsRead.used - before.documentsRead.used };
}
// #endregion

// #region rush
/** Many buyers at once, each a mutation of its own. */
export const rush = action({
  args: { buyers: v.number() },
  returns: v.object({ sold: v.number(), refused: v.number() }),
  handler: async (ctx, args) => {
    const buyers = Array.from({ length: Math.min(args.buyers, MOST_BUYERS) });
    const answers = await Promise.all(
      buyers.map((): Promise<boolean> => ctx.runMutation(api.shardedCounter.buy, { tickets: 1 })),
    );
    const sold = answers.filter(Boolean).length;
    return { sold, refused: answers.length - sold };
  },
});
// #endregion

export const restock = mutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    await counter.set(ctx, "tickets", TICKETS);
    return null;
  },
});

// #region crowd
const visitors = new UniqueCounter(components.shardedCounter);

/** People who were never here before. Each comes twice, and is to count once. */
export const welcome = mutation({
  args: { people: v.number() },
  returns: v.null(),
  handler: async (ctx, args) => {
    const people = Math.min(args.people, MOST_PEOPLE);
    // Not `snapshotCount`: two crowds at once must not get the same names.
    const before = await counter.count(ctx, "crowd:people");
    for (let person = before; person < before + people; person++)
      for (let time = 0; time < 2; time++) await visitors.add(ctx, "crowd", `visitor ${person}`);
    await counter.addMany(ctx, { "crowd:people": people, "crowd:visits": 2 * people });
    return null;
  },
});

export const crowd = query({
  args: {},
  returns: v.object({ people: v.number(), visits: v.number(), unique: v.number() }),
  handler: async (ctx) => {
    const counts = await counter.countMany(ctx, ["crowd:people", "crowd:visits"]);
    return {
      people: counts["crowd:people"] ?? 0,
      visits: counts["crowd:visits"] ?? 0,
      unique: await visitors.count(ctx, "crowd"),
    };
  },
});
// #endregion

// #region views
export const view = mutation({
  args: { views: v.number() },
  returns: v.null(),
  handler: async (ctx, { views }) => {
    await counter.add(ctx, "views", Math.min(views, MOST_VIEWS));
    return null;
  },
});

/** What `series` counted, beside what was brought along: a counter for each hour or day. */
export const views = query({
  args: {
    unit: v.union(v.literal("hour"), v.literal("day")),
    startAt: v.number(),
    endAt: v.number(),
  },
  returns: v.array(v.object({ startAt: v.number(), counted: v.number(), brought: v.number() })),
  handler: async (ctx, { unit, ...range }) => {
    const points = await counter.series(ctx, "views", { unit, ...range });
    const names = points.map(({ startAt }) => `views:${unit}:${startAt}`);
    const brought = await counter.countMany(ctx, names);
    return points.map(({ startAt, delta }) => ({
      startAt,
      counted: delta,
      brought: brought[`views:${unit}:${startAt}`] ?? 0,
    }));
  },
});
// #endregion

const UNIT_MS = { hour: 3_600_000, day: 86_400_000 };

/** Hours and days to begin with: as many as the page shows at most. */
const BROUGHT = { hour: 48, day: 30 };

/** Views from before there was a counter, in one call to the component; once. */
export const seed = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    const paginationOpts = { numItems: 1, cursor: null };
    const { page } = await counter.list(ctx, { prefix: "views:", paginationOpts });
    if (page.length > 0) return null;
    const now = Date.now();
    await counter.addMany(ctx, [...viewsBefore("hour", now), ...viewsBefore("day", now)]);
    return null;
  },
});

/** Starts the lab anew. */
export const reset = internalMutation({
  args: {},
  returns: v.null(),
  handler: async (ctx) => {
    await sharded.reset(ctx, ROWS);
    await visitors.reset(ctx, "crowd");
    // A few hundred names at most, and what one call cannot delete is 0 from then on.
    for (const prefix of ["storm:", "crowd:", "views"]) await counter.deletePrefix(ctx, prefix);
    await ctx.runMutation(internal.shardedCounterLab.seed);
    return null;
  },
});

/** Busy afternoons, quiet nights, and no two alike; not the hour or day that is not over yet. */
function viewsBefore(unit: "hour" | "day", now: number): [string, number][] {
  const unitMs = UNIT_MS[unit];
  const current = Math.floor(now / unitMs);
  return Array.from({ length: BROUGHT[unit] }, (_, index) => {
    const time = current - 1 - index;
    const views = unit === "hour" ? wave((time - 9) / 24) : 20 * wave(time / 7);
    return [`views:${unit}:${time * unitMs}`, Math.round(views + ((3 * time) % 33))];
  });
}

/** Up and down between 40 and 160, once while `turns` grows by 1. */
function wave(turns: number): number {
  return 100 + 60 * Math.sin(2 * Math.PI * turns);
}
