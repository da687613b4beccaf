import type { AnyCtx, CounterCore, WriteCtx } from "./core.js";
import type { AmountOf, CountOf } from "./options.js";

/** The methods of a counter for one name. They cost and throw as those of the class. */
export interface NamedCounter<Int64 extends boolean = false> {
  /** @param count @default 1 */
  add: (ctx: WriteCtx, count?: AmountOf<Int64>) => Promise<void>;
  /** @param count @default 1 */
  subtract: (ctx: WriteCtx, count?: AmountOf<Int64>) => Promise<void>;
  inc: (ctx: WriteCtx) => Promise<void>;
  dec: (ctx: WriteCtx) => Promise<void>;
  count: (ctx: AnyCtx) => Promise<CountOf<Int64>>;
  snapshotCount: (ctx: AnyCtx) => Promise<CountOf<Int64>>;
  /** @param readFromShards @default 1 */
  estimateCount: (ctx: AnyCtx, readFromShards?: number) => Promise<CountOf<Int64>>;
  rebalance: (ctx: WriteCtx) => Promise<void>;
  reset: (ctx: WriteCtx) => Promise<void>;
}

export function namedCounter<ShardsKey extends string, Int64 extends boolean>(
  counter: CounterCore<ShardsKey, Int64>,
  name: ShardsKey,
): NamedCounter<Int64> {
  return {
    add: (ctx, count) => counter.add(ctx, name, count),
    subtract: (ctx, count) => counter.subtract(ctx, name, count),
    inc: (ctx) => counter.inc(ctx, name),
    dec: (ctx) => counter.dec(ctx, name),
    count: (ctx) => counter.count(ctx, name),
    snapshotCount: (ctx) => counter.snapshotCount(ctx, name),
    estimateCount: (ctx, readFromShards) => counter.estimateCount(ctx, name, readFromShards),
    rebalance: (ctx) => counter.rebalance(ctx, name),
    reset: (ctx) => counter.reset(ctx, name),
  };
}
