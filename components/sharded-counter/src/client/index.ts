export { Backfill, type BackfillOptions } from "./backfill.js";
export type {
  RunActionCtx,
  RunActionCtx as ActionCtx,
  RunMutationCtx,
  RunMutationCtx as MutationCtx,
  RunQueryCtx,
  RunQueryCtx as QueryCtx,
} from "./ctx.js";
export type { Deltas } from "./deltas.js";
export type { HookAPI, HookArgs, HookName } from "./hookAPI.js";
export type { NamedCounter } from "./namedCounter.js";
export type { AmountOf, CounterOptions, CountOf, Mode } from "./options.js";
export { ShardedCounter, type Rollup, type SeriesPoint } from "./shardedCounter.js";
export type { Change, CountedIn, CountedOptions, Trigger } from "./trigger.js";
export { UniqueCounter } from "./uniqueCounter.js";
export {
  isShardedCounterError,
  type InvalidCounterData,
  type OutOfBoundsData,
  type ShardedCounterError,
  type ShardedCounterErrorCode,
  type ShardedCounterErrorData,
} from "../shared/errors.js";
export type { Bounds, History, SweepReturns, TryAddReturns } from "../shared/validators.js";
