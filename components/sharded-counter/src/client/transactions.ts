import type { RunActionCtx, RunMutationCtx, RunQueryCtx } from "./ctx.js";

/** What a transaction has done to one counter. */
export interface Touched {
  /** The rows it has changed. The last one is changed again: so that it depends on few of them. */
  shards: number[];
  /** Whether it depends on all rows already, so that nothing is gained by avoiding that. */
  isWhole: boolean;
}

/** What a transaction has done to all counters. */
interface Transaction {
  names: Map<string, Touched>;
  /** Whether it has changed counters that it cannot name. */
  isWhole: boolean;
}

/**
 * What each transaction has done so far, and nothing beyond it. A transaction is known by its
 * `ctx.runMutation`, which wrappers of `ctx` pass on and which no two transactions share. All instances
 * have this in common, so that each knows what the others did; so have two mounts of the component,
 * and then one reads a row or two that it need not.
 */
const transactions = new WeakMap<object, Transaction>();

/** Actions are not transactions, and remember nothing. */
export function touchedBy(ctx: RunQueryCtx | RunMutationCtx | RunActionCtx, name: string): Touched {
  if (!isMutation(ctx)) return { shards: [], isWhole: false };
  const { names, isWhole } = transactionOf(ctx);
  const touched = names.get(name) ?? { shards: [], isWhole };
  names.set(name, touched);
  return touched;
}

/** Remembers that any counter may have changed. */
export function touchAll(ctx: RunMutationCtx | RunActionCtx): void {
  if (!isMutation(ctx)) return;
  const transaction = transactionOf(ctx);
  transaction.isWhole = true;
  for (const touched of transaction.names.values()) touched.isWhole = true;
}

function transactionOf(ctx: RunMutationCtx): Transaction {
  const transaction = transactions.get(ctx.runMutation) ?? { names: new Map(), isWhole: false };
  transactions.set(ctx.runMutation, transaction);
  return transaction;
}

/** Whether a `ctx` is that of a mutation: an action can run actions, a query cannot run mutations. */
export function isMutation(
  ctx: RunQueryCtx | RunMutationCtx | RunActionCtx,
): ctx is RunMutationCtx {
  return "runMutation" in ctx && !("runAction" in ctx);
}
