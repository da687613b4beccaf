import { AsyncLocalStorage } from "node:async_hooks";
import type { TestRuntime } from "../../scripts/backend/engine/convexTestRuntime.ts";

/** A database of convex-test; it gives a new document this creation time at the least, plus a bit. */
export interface CreationClock {
  _lastCreationTime: number;
}

interface ConvexGlobal {
  components: Record<string, { db: CreationClock }>;
  transactionManager: object;
}

type Run = (this: unknown, store: unknown, ...rest: unknown[]) => unknown;

/**
 * The databases of the mounted components. convex-test keeps them in async context and passes them
 * by on every call, which is the only place to get them: `_creationTime` belongs to the begin of a
 * transaction, and convex-test would take it from the moment of the insert.
 */
export async function creationClocksOf(runtime: TestRuntime): Promise<CreationClock[]> {
  const { finishInProgressScheduledFunctions: call } = runtime as TestRuntime & {
    finishInProgressScheduledFunctions(): Promise<void>;
  };
  let found: ConvexGlobal | null = null;
  const { prototype } = AsyncLocalStorage as { prototype: { run: Run } };
  const original = prototype.run;
  prototype.run = function (store, ...rest) {
    if (isConvexGlobal(store)) found = store;
    return original.call(this, store, ...rest);
  };
  try {
    await call();
  } finally {
    prototype.run = original;
  }
  if (found === null) throw new Error("invariant: convex-test keeps its databases elsewhere now");
  return Object.values((found as ConvexGlobal).components).map(({ db }) => db);
}

function isConvexGlobal(store: unknown): store is ConvexGlobal {
  return typeof store === "object" && store !== null && "transactionManager" in store;
}
