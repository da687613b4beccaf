import { CommitTsPlaceholder, type Value } from "convex/values";

/** What an unresolved commit timestamp compares as inside the transaction that wrote it. */
const PENDING_TS = 2n ** 63n - 1n;

/** True for a commit timestamp that is known only when the transaction commits. */
export function isPending(value: unknown): boolean {
  return value instanceof CommitTsPlaceholder;
}

/** The value with every commit timestamp placeholder replaced. */
export function resolveCommitTs<T extends Value | undefined>(value: T, ts: bigint): T {
  return resolve(value, ts) as T;
}

/** The value as its own transaction compares it. */
export function asPending<T extends Value | undefined>(value: T): T {
  return resolve(value, PENDING_TS) as T;
}

function resolve(value: unknown, ts: bigint): unknown {
  if (isPending(value)) return ts;
  if (Array.isArray(value)) return value.map((item) => resolve(item, ts));
  if (value === null || typeof value !== "object" || value instanceof ArrayBuffer) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, ts)]));
}
