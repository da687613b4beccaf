import type { ComponentApi } from "../component/_generated/component.js";
import { validateBatch, validateKey } from "../shared/config.js";
import { invalidCounter } from "../shared/errors.js";
import type { Total } from "../shared/total.js";
import type { Addition, Counter } from "../shared/validators.js";
import type { RunActionCtx, RunMutationCtx, RunQueryCtx } from "./ctx.js";
import { merge } from "./deltas.js";
import { amountOf, counterOf, countOf, type CounterOptions, type CountOf } from "./options.js";
import { isMutation, touchedBy, type Touched } from "./transactions.js";

type AnyCtx = RunQueryCtx | RunMutationCtx | RunActionCtx;
type WriteCtx = RunMutationCtx | RunActionCtx;

/** The calls that several methods of the class make, by the options of one instance. */
export class Calls<ShardsKey extends string, Int64 extends boolean> {
  readonly component: ComponentApi;
  readonly options: CounterOptions<ShardsKey, Int64>;
  readonly #backfills = new Set<string>();

  constructor(component: ComponentApi, options: CounterOptions<ShardsKey, Int64>) {
    this.component = component;
    this.options = options;
  }

  /**
   * Takes the id of a backfill. Two of the same id would move each other's cursor.
   *
   * @throws INVALID_COUNTER with the field `id`.
   */
  claimBackfill(id: string): void {
    validateKey(id, id, "id");
    if (this.#backfills.has(id))
      throw invalidCounter(id, "id", { found: id, wanted: "that of no other backfill" });
    this.#backfills.add(id);
  }

  /** Adds to many counters in one call to the component. */
  async apply(ctx: WriteCtx, pairs: readonly (readonly [ShardsKey, Total])[]): Promise<void> {
    const additions = this.additions(ctx, pairs);
    if (additions.length === 0) return;
    const shards = await ctx.runMutation(this.component.counters.addMany, { additions });
    this.rememberAll(ctx, additions, shards);
  }

  /** One addition per name that changes. */
  additions(ctx: WriteCtx, pairs: readonly (readonly [ShardsKey, Total])[]): Addition[] {
    const changes = merge(pairs);
    validateBatch(changes.size, "deltas");
    return [...changes].map(([name, count]) => this.addition(ctx, name, count));
  }

  addition(ctx: WriteCtx, name: ShardsKey, count: Total): Addition {
    const counter = this.counter(name);
    return { ...counter, count, shard: this.lastShard(ctx, counter) };
  }

  /** The row that the transaction has changed already, if it is one of those that the counter has. */
  lastShard(
    ctx: WriteCtx,
    { name, bounds, shards = bounds?.shards ?? 0 }: Counter,
  ): number | undefined {
    return this.touched(ctx, name).shards.findLast((shard) => shard < shards);
  }

  rememberAll(
    ctx: WriteCtx,
    additions: readonly Addition[],
    shards: readonly (number | null)[],
  ): void {
    for (const [index, addition] of additions.entries())
      this.remember(ctx, addition, shards[index] ?? null);
  }

  /** For calls that do not say which rows they have changed. */
  touchWhole(ctx: WriteCtx, counters: readonly Counter[]): void {
    for (const { name } of counters) this.touched(ctx, name).isWhole = true;
  }

  /** A bounded addition that went to no single row went to all of them. */
  remember(ctx: WriteCtx, { name, bounds }: Counter, shard: number | null): void {
    const touched = this.touched(ctx, name);
    if (shard !== null) touched.shards.push(shard);
    else if (bounds) touched.isWhole = true;
  }

  /** Exact totals, in the order of the names. */
  async totals(ctx: AnyCtx, names: readonly ShardsKey[]): Promise<Total[]> {
    for (const name of names) this.counter(name);
    return ctx.runQuery(this.component.counters.countMany, { names: [...names] });
  }

  /** Exact totals that a mutation may read without depending on what others add. */
  async snapshotTotals(ctx: AnyCtx, names: readonly ShardsKey[]): Promise<Total[]> {
    if (!isMutation(ctx)) return this.totals(ctx, names);
    const touched = names.map((name) => this.touched(ctx, name));
    if (touched.some(({ isWhole }) => isWhole)) return this.totals(ctx, names);
    const counters = names.map((name, index) => ({
      name: this.counter(name).name,
      shards: touched[index]?.shards ?? [],
    }));
    return ctx.runMutation(this.component.counters.countManyInMutation, { counters });
  }

  /** What the running transaction has done to a counter; a change of the answer is remembered. */
  touched(ctx: AnyCtx, name: ShardsKey | string): Touched {
    return touchedBy(ctx, name);
  }

  /** @throws INVALID_COUNTER with the field `name`. */
  counter(name: ShardsKey): Counter {
    return counterOf(this.options, name);
  }

  /** @throws INVALID_COUNTER with the field given. */
  amount(name: string, amount: number | bigint, field = "count"): Total {
    return amountOf(this.options, amount, { name, field });
  }

  /** @throws INVALID_COUNTER with the field `total`. */
  count(name: string, total: Total): CountOf<Int64> {
    return countOf(this.options, total, name);
  }
}
