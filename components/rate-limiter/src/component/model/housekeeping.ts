import { internal } from "../_generated/api.js";
import type { MutationCtx } from "../_generated/server.js";
import { background } from "./background.js";

/** New rows between two sweeps, on average: far fewer than a sweep deletes, so rows cannot pile up. */
const INSERTS_PER_SWEEP = 64;

/** Schedules a sweep after one in 64 inserts. Whoever inserts what a sweep deletes calls it. */
export async function sweepSometimes(
  ctx: MutationCtx,
  { autoSweep = true }: { autoSweep?: boolean },
): Promise<void> {
  if (autoSweep && background.isOn && Math.random() * INSERTS_PER_SWEEP < 1)
    await ctx.scheduler.runAfter(0, internal.sweeps.background, {});
}
