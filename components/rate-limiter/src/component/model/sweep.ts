import type { SweepReturns } from "../../shared/validators.js";
import { internal } from "../_generated/api.js";
import type { MutationCtx } from "../_generated/server.js";
import { sweepExpired } from "./expired.js";
import { sweepIdle } from "./idle.js";
import { sweepLog } from "./logSweep.js";

/**
 * One batch of everything that answers no question any more: drained rows and checkpoints, events
 * that checkpoints hold, and whatever has expired. No answer changes by it.
 *
 * @param asOf Only what has been of no use since then, in milliseconds of UTC.
 */
export async function sweep(ctx: MutationCtx, asOf: number): Promise<SweepReturns> {
  const idle = await sweepIdle(ctx, asOf);
  const expired = await sweepExpired(ctx, asOf);
  const log = await sweepLog(ctx);
  return {
    deleted: idle.deleted + expired.deleted + log.deleted,
    isDone: idle.isDone && expired.isDone && log.isDone,
  };
}

/**
 * Sweeps until nothing is left that is old enough: each batch deletes or puts off what it found. What
 * is too young is left to a later sweep, which the requests that come will schedule.
 */
export async function sweepInBackground(ctx: MutationCtx): Promise<void> {
  const { isDone } = await sweep(ctx, Date.now());
  if (!isDone) await ctx.scheduler.runAfter(0, internal.sweeps.background, {});
}
