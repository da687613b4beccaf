import aggregate from "./aggregate.ts";
import type { Bench } from "./harness/bench.ts";
import rateLimiter from "./rateLimiter.ts";
import shardedCounter from "./shardedCounter.ts";

/** Every component that is measured, in the order of the report. */
export const benches: readonly Bench<unknown>[] = [rateLimiter, shardedCounter, aggregate];
