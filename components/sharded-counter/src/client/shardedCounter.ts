import type {
  DocumentByName,
  GenericDataModel,
  PaginationOptions,
  PaginationResult,
  TableNamesInDataModel,
} from "convex/server";
import { validateBatch } from "../shared/config.js";
import { invalidCounter } from "../shared/errors.js";
import type { SweepReturns, TryAddReturns } from "../shared/validators.js";
import { Backfill, type BackfillOptions } from "./backfill.js";
import { CounterCore, type AnyCtx, type WriteCtx } from "./core.js";
import type { RunMutationCtx } from "./ctx.js";
import { pairsOf, type Deltas } from "./deltas.js";
import { hookAPI, type HookAPI, type HookName } from "./hookAPI.js";
import { namedCounter, type NamedCounter } from "./namedCounter.js";
import type { AmountOf, CountOf } from "./options.js";
import {
  contribution,
  difference,
  type CountedIn,
  type CountedOptions,
  type Trigger,
} from "./trigger.js";
import { touchAll } from "./transactions.js";

/** One day: longer than any client retries. */
const DEFAULT_TTL_MS = 86_400_000;

/** A counter as of an instant in milliseconds of UTC; 0 if it was never used. */
export interface Rollup<Count> {
  count: Count;
  asOf: number;
}

/** By how much a counter changed in an hour or a day, and what it was in the end. */
export interface SeriesPoint<Count> {
  /** Milliseconds of UTC. */
  startAt: number;
  delta: Count;
  total: Count;
}

/**
 * Counters by name. Additions append to a log: they conflict with nothing, none is lost, and there is
 * nothing to tune. Names that are given `shards` are stored in rows, as in the official package.
 *
 * ```ts
 * const counter = new ShardedCounter(components.shardedCounter);
 *
 * await counter.inc(ctx, "visits");
 * const visits = await counter.count(ctx, "visits");
 * ```
 */
export class ShardedCounter<
  ShardsKey extends string = string,
  Int64 extends boolean = false,
> extends CounterCore<ShardsKey, Int64> {
  /**
   * Adds to up to 1,000 counters in one call to the component. Changes of the same name are added up
   * before, and what adds up to 0 is not written.
   *
   * @throws as `add` does, and then changes none of them.
   */
  async addMany(ctx: WriteCtx, deltas: Deltas<ShardsKey, AmountOf<Int64>>): Promise<void> {
    const pairs = pairsOf<ShardsKey, AmountOf<Int64>>(deltas);
    await this.calls.apply(
      ctx,
      pairs.map(([name, amount]) => [name, this.calls.amount(name, amount)] as const),
    );
  }

  /**
   * Adds `count` to a bounded name unless that would leave its bounds. Never leaves them, and succeeds
   * whenever the total allows. Changes one row as a rule; all of them if none may change by itself.
   *
   * @throws INVALID_COUNTER for a name that `bounded` does not declare.
   */
  async tryAdd<Name extends ShardsKey>(
    ctx: WriteCtx,
    name: Name,
    count: AmountOf<Int64> = 1 as AmountOf<Int64>,
  ): Promise<TryAddReturns<CountOf<Int64>>> {
    const counter = this.calls.counter(name);
    const { bounds } = counter;
    if (!bounds)
      throw invalidCounter(name, "bounded", { found: undefined, wanted: "declared to use tryAdd" });
    const {
      ok,
      count: total,
      shard,
    } = await ctx.runMutation(this.component.counters.tryAdd, {
      name,
      bounds,
      count: this.calls.amount(name, count),
      shard: this.calls.lastShard(ctx, counter),
    });
    if (ok) this.calls.remember(ctx, counter, shard);
    return total === undefined ? { ok } : { ok, count: this.calls.count(name, total) };
  }

  /**
   * Adds unless the same key was added under this name within `ttlMs`: for retries of clients and
   * webhooks. Reads and writes 1 document more than `add`; calls of the same key conflict.
   *
   * @param options `count` as for `add`. `key`: 1 to 256 bytes. `ttlMs`: up to ten years. @default one day
   * @returns Whether it was added now.
   */
  async once<Name extends ShardsKey>(
    ctx: WriteCtx,
    name: Name,
    options: { key: string; count?: AmountOf<Int64>; ttlMs?: number },
  ): Promise<boolean> {
    const { key, count = 1, ttlMs = DEFAULT_TTL_MS } = options;
    const addition = this.calls.addition(ctx, name, this.calls.amount(name, count));
    const args = { ...addition, key, ttlMs };
    const { isFirst, shard } = await ctx.runMutation(this.component.events.once, args);
    if (isFirst) this.calls.remember(ctx, addition, shard);
    return isFirst;
  }

  /**
   * The counts of up to 1,000 names, in one call to the component. Costs what their counts cost.
   *
   * @param options `snapshot`: as `snapshotCount`. @default false
   */
  async countMany<Name extends ShardsKey>(
    ctx: AnyCtx,
    names: readonly Name[],
    { snapshot = false }: { snapshot?: boolean } = {},
  ): Promise<Record<Name, CountOf<Int64>>> {
    validateBatch(names.length);
    const totals = await (snapshot
      ? this.calls.snapshotTotals(ctx, names)
      : this.calls.totals(ctx, names));
    const entries = names.map((name, index) => [name, this.calls.count(name, totals[index] ?? 0)]);
    return Object.fromEntries(entries) as Record<Name, CountOf<Int64>>;
  }

  /**
   * The count as of its last checkpoint: behind by the additions since, 14 on average, also when they
   * end. Reads 1 document, and a query that shows it runs again once in 14 additions. A name that has
   * no checkpoint yet, or is in rows and never has one, is counted.
   */
  async rollup<Name extends ShardsKey>(ctx: AnyCtx, name: Name): Promise<Rollup<CountOf<Int64>>> {
    const { shards, bounds } = this.calls.counter(name);
    if (shards !== undefined || bounds)
      return { count: await this.count(ctx, name), asOf: Date.now() };
    const { count, asOf } = await ctx.runQuery(this.component.events.rollup, { name });
    return { count: this.calls.count(name, count), asOf };
  }

  /** Sets the count to `value`. Costs and conflicts as `reset`. */
  async set<Name extends ShardsKey>(
    ctx: WriteCtx,
    name: Name,
    value: AmountOf<Int64>,
  ): Promise<void> {
    const args = { ...this.calls.counter(name), value: this.calls.amount(name, value, "value") };
    this.calls.touched(ctx, name).isWhole = true;
    await ctx.runMutation(this.component.counters.set, args);
  }

  /** Resets, and returns what the count was: no addition is lost between the two. Conflicts with all. */
  async getAndReset<Name extends ShardsKey>(ctx: WriteCtx, name: Name): Promise<CountOf<Int64>> {
    this.calls.touched(ctx, name).isWhole = true;
    const total = await ctx.runMutation(
      this.component.counters.getAndReset,
      this.calls.counter(name),
    );
    return this.calls.count(name, total);
  }

  /**
   * Names that begin with `prefix`, in their order, with their counts. Reads what they cost to count;
   * a page has 100 at most, and fewer where that is much.
   */
  async list(
    ctx: AnyCtx,
    { prefix = "", paginationOpts }: { prefix?: string; paginationOpts: PaginationOptions },
  ): Promise<PaginationResult<{ name: string; count: CountOf<Int64> }>> {
    const { numItems, cursor, endCursor } = paginationOpts;
    const args = { prefix, numItems, cursor, endCursor };
    const { page, ...rest } = await ctx.runQuery(this.component.counters.list, args);
    return {
      ...rest,
      page: page.map(({ name, total }) => ({ name, count: this.calls.count(name, total) })),
    };
  }

  /**
   * Deletes the counters whose names begin with `prefix`, with their histories, up to 4,000 documents
   * at a time. They are 0 after the first call that comes to them; call again until `isDone`.
   */
  async deletePrefix(ctx: WriteCtx, prefix: string): Promise<SweepReturns> {
    touchAll(ctx);
    return ctx.runMutation(this.component.counters.deletePrefix, { prefix });
  }

  /**
   * By how much the name changed in each hour or day from `startAt` to `endAt`, at most 1,000 of them.
   * Needs the option `history`. Reads a document for each, and the additions of the last minutes.
   *
   * @param options `startAt` and `endAt` in milliseconds of UTC.
   * @throws INVALID_COUNTER for a range that is empty or too long, or a name that keeps no history.
   */
  async series<Name extends ShardsKey>(
    ctx: AnyCtx,
    name: Name,
    options: { unit: "hour" | "day"; startAt: number; endAt: number },
  ): Promise<SeriesPoint<CountOf<Int64>>[]> {
    const { history } = this.calls.counter(name);
    if (history?.[options.unit] === undefined)
      throw invalidCounter(name, "history", { found: history, wanted: `kept by ${options.unit}` });
    const points = await ctx.runQuery(this.component.events.series, { name, ...options });
    return points.map(({ startAt, delta, total }) => ({
      startAt,
      delta: this.calls.count(name, delta),
      total: this.calls.count(name, total),
    }));
  }

  /**
   * Deletes what checkpoints hold, up to 512 events, and keys of `once` that have expired. Additions
   * schedule sweeps by themselves, so there is no need to.
   */
  async sweep(ctx: WriteCtx): Promise<SweepReturns> {
    return ctx.runMutation(this.component.events.sweep, {});
  }

  /**
   * Keeps counts of a table: register it with `Triggers` of `convex-helpers/server/triggers`. An
   * update counts by what the document contributes after, less what it did before.
   *
   * @param countedIn A name, or which names a document counts in. With a function, `sum` applies where
   * it answers with a name.
   */
  trigger<DataModel extends GenericDataModel, TableName extends TableNamesInDataModel<DataModel>>(
    countedIn: CountedIn<ShardsKey, DocumentByName<DataModel, TableName>, AmountOf<Int64>>,
    options: CountedOptions<DocumentByName<DataModel, TableName>, AmountOf<Int64>> = {},
  ): Trigger<RunMutationCtx, DataModel, TableName> {
    const contributionOf = contribution(countedIn, options, (name, amount) =>
      this.calls.amount(name, amount),
    );
    return async (ctx, change) => this.calls.apply(ctx, difference(contributionOf, change));
  }

  /**
   * Counts the documents that a table holds already, while it is being written. `gate` is the
   * `trigger` to register meanwhile and afterwards. To be made at module level.
   *
   * @throws INVALID_COUNTER with the field `id` if another backfill of the instance has the same, or
   * if there is none to be derived.
   */
  backfill<DataModel extends GenericDataModel, TableName extends TableNamesInDataModel<DataModel>>(
    options: BackfillOptions<ShardsKey, DataModel, TableName, AmountOf<Int64>>,
  ): Backfill<ShardsKey, DataModel, TableName, Int64> {
    return new Backfill(this.calls, options);
  }

  /**
   * The function behind `useCount`, to be exported from the app. Clients can read this one name and,
   * only if `name` is a function, propose another to it.
   *
   * ```ts
   * export const { getCount } = counter.hookAPI("visits");
   * ```
   */
  hookAPI(name: HookName<ShardsKey>): HookAPI<CountOf<Int64>> {
    return hookAPI(name, (ctx, name, isThrottled) =>
      isThrottled ? this.rollup(ctx, name).then(({ count }) => count) : this.count(ctx, name),
    );
  }

  /** The methods for one name, without it. */
  for<Name extends ShardsKey>(name: Name): NamedCounter<Int64> {
    return namedCounter(this, name);
  }
}
