import type { CommitTsPlaceholder } from "convex/values";
import { advance, type Refill, type Usage } from "./bucket.js";

/** An event of a concurrent limit, as its row stores it. */
export interface LogEvent {
  kind: "consume" | "reset";
  count: number;
  /** Milliseconds of UTC by the clock of the request. */
  at: number;
  refill: Refill;
  /** When it was committed, in nanoseconds; pending for an event of the running transaction. */
  seq: bigint | CommitTsPlaceholder;
}

/** What a log adds up to. */
export interface LogState extends Usage {
  /** That of the last event; null for an empty log. */
  refill: Refill | null;
}

export const EMPTY_LOG: LogState = { used: 0, ts: 0, refill: null };

/** A request's clock may be this much ahead of the database's; what is beyond is not believed. */
const MAX_CLOCK_AHEAD_MS = 5_000;

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

/**
 * Continues a state by events in the order of their commits. Between two events tokens are added as
 * the later one says, so the result does not depend on where checkpoints were made, nor on how the
 * limit is configured today.
 */
export function replay(state: LogState, events: readonly LogEvent[]): LogState {
  return events.reduce((before, event) => {
    const { kind, count, refill } = event;
    const { used, ts } = advance(before, refill, instantOf(event));
    return { used: kind === "reset" ? 0 : used + count, ts, refill };
  }, state);
}

function instantOf({ at, seq }: LogEvent): number {
  if (typeof seq !== "bigint") return at;
  return Math.min(at, Number(seq / NANOSECONDS_PER_MILLISECOND) + MAX_CLOCK_AHEAD_MS);
}
