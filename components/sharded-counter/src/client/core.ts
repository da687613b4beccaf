import type { ComponentApi } from "../component/_generated/component.js";
import { validateReadFromShards } from "../shared/config.js";
import { canonical, negate } from "../shared/total.js";
import { Calls } from "./calls.js";
import type { RunActionCtx, RunMutationCtx, RunQueryCtx } from "./ctx.js";
import { validateOptions, type AmountOf, type CounterOptions, type CountOf } from "./options.js";
import { isMutation } from "./transactions.js";

export type AnyCtx = RunQueryCtx | RunMutationCtx | RunActionCtx;
export type WriteCtx = RunMutationCtx | RunActionCtx;

/** What the official package's class can do. `ShardedCounter` adds the rest. */
export class CounterCore<ShardsKey extends string, Int64 extends boolean> {
  readonly component: ComponentApi;
  readonly options: CounterOptions<ShardsKey, Int64>;
  protected readonly calls: Calls<ShardsKey, Int64>;

  /**
   * @param component The mounted component, `components.shardedCounter`.
   * @param options Where names are stored, and what they may hold. @default in the log, any number
   * @throws INVALID_COUNTER for options that can never work, so that a bad deploy fails when it loads.
   */
  constructor(component: ComponentApi, options: CounterOptions<ShardsKey, Int64> = {}) {
    validateOptions(options);
    this.component = component;
    this.options = options;
    this.calls = new Calls(component, options);
  }

  /**
   * Adds `count`, which may be negative, to one counter. In the log: writes 1 document, reads none,
   * and conflicts with nothing. In rows: reads 1 document and writes it, and conflicts with one in
   * `shards` of other additions; all additions of one mutation change the same row.
   *
   * @param count @default 1
   * @throws INVALID_COUNTER for what is no number, OUT_OF_BOUNDS for a bounded name.
   */
  async add<Name extends ShardsKey>(
    ctx: WriteCtx,
    name: Name,
    count: AmountOf<Int64> = 1 as AmountOf<Int64>,
  ): Promise<void> {
    await this.calls.apply(ctx, [[name, this.calls.amount(name, count)]]);
  }

  /** Adds `-count`. Costs and throws as `add` does. */
  async subtract<Name extends ShardsKey>(
    ctx: WriteCtx,
    name: Name,
    count: AmountOf<Int64> = 1 as AmountOf<Int64>,
  ): Promise<void> {
    await this.calls.apply(ctx, [[name, negate(this.calls.amount(name, count))]]);
  }

  /** Adds 1. Costs and throws as `add` does. */
  async inc<Name extends ShardsKey>(ctx: WriteCtx, name: Name): Promise<void> {
    await this.calls.apply(ctx, [[name, 1]]);
  }

  /** Adds -1. Costs and throws as `add` does. */
  async dec<Name extends ShardsKey>(ctx: WriteCtx, name: Name): Promise<void> {
    await this.calls.apply(ctx, [[name, -1]]);
  }

  /**
   * The exact count; 0 for a name that was never used. Reads all rows of the name and the tail of its
   * log. In a mutation it conflicts with additions: use `snapshotCount` there, unless what the
   * mutation writes must not be outrun by others.
   *
   * @throws INVALID_COUNTER with `integer` or `int64` if the total is not one.
   */
  async count<Name extends ShardsKey>(ctx: AnyCtx, name: Name): Promise<CountOf<Int64>> {
    const [total = 0] = await this.calls.totals(ctx, [name]);
    return this.calls.count(name, total);
  }

  /**
   * The exact count as of the moment when the mutation began, with what it has added itself. Conflicts
   * with nothing. In queries and actions it is `count`. What other mutations have added to rows that
   * it runs with `ctx.runMutation` is not in it, as their own `ctx` is another one; in the log, it is.
   */
  async snapshotCount<Name extends ShardsKey>(ctx: AnyCtx, name: Name): Promise<CountOf<Int64>> {
    const [total = 0] = await this.calls.snapshotTotals(ctx, [name]);
    return this.calls.count(name, total);
  }

  /**
   * What a sharded name probably counts, judged by some of its rows; exact for all of them, and for
   * names in the log. In a mutation it conflicts with nothing.
   *
   * @param readFromShards How many rows to read. @default 1
   */
  async estimateCount<Name extends ShardsKey>(
    ctx: AnyCtx,
    name: Name,
    readFromShards: number = 1,
  ): Promise<CountOf<Int64>> {
    validateReadFromShards(name, readFromShards);
    const { bounds, shards = bounds?.shards } = this.calls.counter(name);
    const { shards: own, isWhole } = this.calls.touched(ctx, name);
    const isExact = shards === undefined || readFromShards >= shards;
    // What the transaction has written itself is not in the snapshot that estimates are made from.
    if (isExact || own.length > 0 || isWhole) return this.snapshotCount(ctx, name);
    const args = { name, shards, readFromShards };
    const estimate = isMutation(ctx)
      ? await ctx.runQuery(this.component.counters.estimateCount, args, { useStaleSnapshot: true })
      : await ctx.runQuery(this.component.counters.estimateCount, args);
    const { integer, int64 } = this.options;
    const rounded = integer || int64 ? BigInt(Math.round(estimate)) : estimate;
    return this.calls.count(name, canonical(rounded));
  }

  /**
   * Spreads a sharded name evenly over its rows, exactly, and merges rows beyond `shards`. Writes only
   * rows that change; conflicts with every addition. The log has nothing to spread.
   */
  async rebalance<Name extends ShardsKey>(ctx: WriteCtx, name: Name): Promise<void> {
    const { shards, bounds } = this.calls.counter(name);
    if (shards === undefined && !bounds) return;
    this.calls.touched(ctx, name).isWhole = true;
    await ctx.runMutation(this.component.counters.rebalance, { name, shards, bounds });
  }

  /**
   * As if the name had never been used. In the log: wipes what was committed before it, and conflicts
   * with the very first additions at most; with `history` and in rows, with all of them.
   *
   * @throws OUT_OF_BOUNDS for a bounded name that may not be 0.
   */
  async reset<Name extends ShardsKey>(ctx: WriteCtx, name: Name): Promise<void> {
    this.calls.touched(ctx, name).isWhole = true;
    await ctx.runMutation(this.component.counters.reset, this.calls.counter(name));
  }
}
