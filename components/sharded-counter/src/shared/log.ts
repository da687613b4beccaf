import type { CommitTsPlaceholder } from "convex/values";
import { plus, type Total } from "./total.js";

/** An event of a counter's log, as its row stores it. */
export interface LogEvent {
  /** A change by `count`, or a new beginning at it. */
  kind: "add" | "set";
  count: Total;
  /** When it was committed, in nanoseconds; pending for an event of the running transaction. */
  seq: bigint | CommitTsPlaceholder;
}

export const EMPTY_LOG: Total = 0;

/**
 * Continues a total by events in the order of their commits, strictly one after the other: so the
 * result does not depend on where checkpoints were made, down to the last bit.
 */
export function replay(total: Total, events: readonly LogEvent[]): Total {
  return events.reduce(
    (before, { kind, count }) => (kind === "set" ? count : plus(before, count)),
    total,
  );
}

/**
 * The events of whole transactions only, if `events` may have been cut off at the end: a checkpoint
 * must not hold half of those that share a `seq`. Empty if one transaction fills all of them.
 */
export function wholeTransactions<Event extends LogEvent>(
  events: readonly Event[],
  isCutOff: boolean,
): readonly Event[] {
  if (!isCutOff) return events;
  const last = events.at(-1)?.seq;
  const start = events.findIndex(({ seq }) => seq === last);
  return events.slice(0, start);
}
