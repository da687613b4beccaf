import { v } from "convex/values";
import { mutation, query, type MutationCtx } from "./_generated/server.js";
import { keyOf, lab, vWhose } from "./rateLimiterLab.js";

/** Three run at a time, and those that ended are deleted by whoever starts the next. */
const MOST_JOBS = 100;

// #region leases
/** A job may start if there is a free lease. */
export const start = mutation({
  args: { whose: vWhose, holder: v.string() },
  returns: v.object({ ok: v.boolean(), active: v.number(), retryAfter: v.optional(v.number()) }),
  handler: async (ctx, { whose, holder }) => {
    const key = await keyOf(ctx, whose);
    await deleteEnded(ctx, key);
    const lease = await lab.acquire(ctx, "jobs", { key, holder });
    if (!lease.ok) return lease;
    const { leaseId, expiresAt, active } = lease;
    await ctx.db.insert("jobs", { key, holder, leaseId, expiresAt });
    return { ok: true, active };
  },
});

/** Still at work. False if the lease has ended: somebody else may have it. */
export const renew = mutation({
  args: { job: v.id("jobs") },
  returns: v.boolean(),
  handler: async (ctx, { job }) => {
    const { leaseId } = (await ctx.db.get("jobs", job)) ?? {};
    const lease = leaseId === undefined ? undefined : await lab.renew(ctx, leaseId);
    if (!lease?.ok) return false;
    await ctx.db.patch("jobs", job, { expiresAt: lease.expiresAt });
    return true;
  },
});

/** Done: the lease is free at once. */
export const finish = mutation({
  args: { job: v.id("jobs") },
  returns: v.null(),
  handler: async (ctx, { job }) => {
    const found = await ctx.db.get("jobs", job);
    if (!found) return null;
    await lab.release(ctx, found.leaseId);
    await ctx.db.delete("jobs", job);
    return null;
  },
});
// #endregion

/** The jobs that run, or have ended and were not cleared away, oldest first. */
export const list = query({
  args: { key: v.string() },
  returns: v.object({
    most: v.number(),
    /** How long a lease lasts that is not renewed. */
    leaseMs: v.number(),
    jobs: v.array(v.object({ _id: v.id("jobs"), holder: v.string(), expiresAt: v.number() })),
  }),
  handler: async (ctx, { key }) => {
    const { limit, window } = await lab.peek(ctx, "jobs", { key });
    const jobs = await ctx.db
      .query("jobs")
      .withIndex("by_key", (q) => q.eq("key", key))
      .take(MOST_JOBS);
    return {
      most: limit,
      leaseMs: window,
      jobs: jobs.map(({ _id, holder, expiresAt }) => ({ _id, holder, expiresAt })),
    };
  },
});

async function deleteEnded(ctx: MutationCtx, key: string): Promise<void> {
  const jobs = await ctx.db
    .query("jobs")
    .withIndex("by_key", (q) => q.eq("key", key))
    .take(MOST_JOBS);
  const now = Date.now();
  for (const { _id, expiresAt } of jobs) if (expiresAt <= now) await ctx.db.delete("jobs", _id);
}

/** Ends every job; the leases are the lab's to forget. */
export async function deleteJobs(ctx: MutationCtx): Promise<void> {
  for (const { _id } of await ctx.db.query("jobs").take(1000)) await ctx.db.delete("jobs", _id);
}
