import type { SweepReturns } from "../../shared/validators.js";
import { internal } from "../_generated/api.js";
import type { MutationCtx } from "../_generated/server.js";
import { sweepExpired } from "./expired.js";
import { sweepIdle } from "./idle.js";
import { SWEEP_AFTER_MS } from "./log.js";
import { sweepLog } from "./logSweep.js";

/**
 * One batch of everything that answers no question any more: drained rows and checkpoints, events
 * that checkpoints hold, and whatever has expired. No answer changes by it.
 *
 * @param asOf Only what has been of no use since then, in milliseconds of UTC.
 */
export async function sweep(
  ctx: MutationCtx,
  asOf: number,
): Promise<SweepReturns & { isWaiting: boolean }> {
  const idle = await sweepIdle(ctx, asOf);
  const expired = await sweepExpired(ctx, asOf);
  const log = await sweepLog(ctx);
  return {
    deleted: idle.deleted + expired.deleted + log.deleted,
    isDone: idle.isDone && expired.isDone && log.isDone,
    isWaiting: log.isWaiting,
  };
}

/** Sweeps until nothing is left, and comes back for events that are too young: until nobody calls. */
export async function sweepInBackground(ctx: MutationCtx): Promise<void> {
  const { isDone, isWaiting } = await sweep(ctx, Date.now());
  if (!isDone) await ctx.scheduler.runAfter(0, internal.sweeps.background, {});
  else if (isWaiting) await ctx.scheduler.runAfter(SWEEP_AFTER_MS, internal.sweeps.background, {});
}
