import { AsyncLocalStorage } from "node:async_hooks";

/**
 * Runs something as if nobody had called it.
 *
 * convex-test keeps "a transaction is running" and "timers and fetch are forbidden" in async
 * context, and whatever is started inside a handler inherits both: a timer would throw, a query
 * would run as part of a transaction that is over. Work that outlives a handler starts here.
 */
export const outside = AsyncLocalStorage.snapshot();
