import type { RunActionCtx, RunMutationCtx, RunQueryCtx } from "./ctx.js";

/** What a transaction has done to one counter. */
export interface Touched {
  /** The rows it has changed. The last one is changed again: so that it depends on few of them. */
  shards: number[];
  /** Whether it depends on all rows already, so that nothing is gained by avoiding that. */
  isWhole: boolean;
}

/**
 * What each transaction has done so far, and nothing beyond it. A transaction is known by its
 * `ctx.runMutation`, which wrappers of `ctx` pass on and which no two transactions share. Actions are
 * not transactions, and remember nothing.
 */
export class Transactions {
  readonly #touched = new WeakMap<object, Map<string, Touched>>();

  of(ctx: RunQueryCtx | RunMutationCtx | RunActionCtx, name: string): Touched {
    const touched: Touched = { shards: [], isWhole: false };
    if (!isMutation(ctx)) return touched;
    const names = this.#touched.get(ctx.runMutation) ?? new Map<string, Touched>();
    this.#touched.set(ctx.runMutation, names);
    const known = names.get(name) ?? touched;
    names.set(name, known);
    return known;
  }
}

/** Whether a `ctx` is that of a mutation: an action can run actions, a query cannot run mutations. */
export function isMutation(
  ctx: RunQueryCtx | RunMutationCtx | RunActionCtx,
): ctx is RunMutationCtx {
  return "runMutation" in ctx && !("runAction" in ctx);
}
