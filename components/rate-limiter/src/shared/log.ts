import type { CommitTsPlaceholder, Infer } from "convex/values";
import type { Block } from "./blocks.js";
import { advance, type Usage } from "./bucket.js";
import type { vRefill } from "./kinds.js";

/** How a concurrent limit was refilled when an event happened. */
export type LogRefill = Infer<typeof vRefill>;

/** An event of a concurrent limit, as its row stores it. */
export interface LogEvent {
  kind: "consume" | "refund" | "reset" | "block";
  /** Tokens; 0 for resets and blocks. */
  count: number;
  /** Milliseconds of UTC by the clock of the request. */
  at: number;
  refill: LogRefill;
  /** What a block says from then on; one that has expired lifts it. */
  block?: Block;
  /** When it was committed, in nanoseconds; pending for an event of the running transaction. */
  seq: bigint | CommitTsPlaceholder;
}

/** What a log adds up to. */
export interface LogState extends Usage {
  /** That of the last event; null for an empty log. */
  refill: LogRefill | null;
  block?: Block;
}

export const EMPTY_LOG: LogState = { used: 0, ts: 0, refill: null };

/** A request's clock may be this much ahead of the database's; what is beyond is not believed. */
const MAX_CLOCK_AHEAD_MS = 5_000;

/**
 * Longer than a transaction takes and clocks differ. Transactions that overlap commit in another order
 * than they began in: no time passes for an event that is behind by less. Further behind, the clock
 * must have stepped back.
 */
const MAX_OVERLAP_MS = 30_000;

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

/**
 * Continues a state by events in the order of their commits. Between two events tokens are added as
 * the later one says, so the result does not depend on where checkpoints were made, nor on how the
 * limit is configured today.
 */
export function replay(state: LogState, events: readonly LogEvent[]): LogState {
  return events.reduce((before, event) => {
    const { refill } = event;
    const at = instantOf(event);
    const instant = hasSteppedBack(before, at) ? at : Math.max(at, before.ts);
    const { used, ts } = advance(before, refill, instant);
    return { ...apply({ used, block: before.block }, event), ts, refill };
  }, state);
}

/** Whether a log is so far ahead of a clock that the clock has stepped back. */
export function hasSteppedBack({ ts }: Usage, at: number): boolean {
  return ts > at + MAX_OVERLAP_MS;
}

function apply(
  { used, block }: Pick<LogState, "used" | "block">,
  event: LogEvent,
): Pick<LogState, "used" | "block"> {
  switch (event.kind) {
    case "consume":
      return { used: used + event.count, block };
    case "refund":
      return { used: Math.max(0, used - event.count), block };
    case "reset":
      return { used: 0 };
    case "block":
      return { used, block: event.block };
  }
}

function instantOf({ at, seq }: LogEvent): number {
  if (typeof seq !== "bigint") return at;
  return Math.min(at, Number(seq / NANOSECONDS_PER_MILLISECOND) + MAX_CLOCK_AHEAD_MS);
}
