import type { ResolvedConfig } from "./kinds.js";
import { END_OF_TIME, laterWindow, windowsBetween, windowStart, type Windows } from "./windows.js";

/** What it takes to know how many tokens are added in a time. */
export type Refill =
  | { kind: "token bucket"; rate: number; period: number }
  | { kind: "sliding log"; period: number }
  | (Windows & { rate: number });

/** Tokens that one request used, or several at the same instant. */
export interface LogEntry {
  at: number;
  count: number;
}

/**
 * What a row stores: `value` tokens were left at `ts`, out of `cap` at the time. What counts is
 * `cap - value`, the tokens used: then a row that never existed and one that drained are the same,
 * and a changed capacity gives or takes room at once without minting tokens.
 */
export interface BucketState {
  value: number;
  /** Milliseconds of UTC: the last change, or the start of its window for fixed windows. */
  ts: number;
  /** Missing in rows of the official package, which always assume the current capacity. */
  cap?: number;
  /** Sliding windows: what the window before had used when it ended. */
  prev?: number;
  /** Sliding logs: what makes up the tokens used, oldest first. */
  log?: LogEntry[];
}

/** Tokens used at an instant. */
export interface Usage extends Pick<BucketState, "prev" | "log"> {
  used: number;
  ts: number;
}

/**
 * Sums of refills round differently than the deficit they are compared with. A request that lacks
 * no more than this share of the capacity is granted, and the lack stays recorded.
 */
const RELATIVE_TOLERANCE = 1e-9;

/**
 * Two servers' clocks may differ by a little; a row further ahead than this was written by a clock
 * that has since stepped back.
 */
const MAX_CLOCK_SKEW_MS = 5_000;

/** Beyond it the oldest entries become one, at the later instant: nothing is granted too early. */
const MOST_LOG_ENTRIES = 1000;

export function isFromTheFuture({ ts }: { ts: number }, now: number): boolean {
  return ts > now + MAX_CLOCK_SKEW_MS;
}

/**
 * What a row has used. The official package stores NaN when it is asked for NaN tokens, and then
 * limits nothing any more: such a row counts as never used, and the next granted request mends it.
 */
export function usageOf(state: BucketState, config: ResolvedConfig): Usage {
  const { ts, prev, log } = state;
  const used = (state.cap ?? config.capacity) - state.value;
  return Number.isFinite(used) && Number.isFinite(ts) ? { used, ts, prev, log } : UNUSED;
}

const UNUSED: Usage = { used: 0, ts: 0 };

export function toState(
  { used, ts, prev, log }: Usage,
  { capacity }: ResolvedConfig,
): BucketState & { cap: number } {
  return { value: capacity - used, ts, cap: capacity, prev, log };
}

/**
 * Tokens used at `now`: those used before, less what has been added since. Use from the future
 * starts draining anew from now: otherwise a clock that ran an hour ahead once would lock the key
 * out for an hour.
 */
export function advance(usage: Usage, config: Refill, now: number): Usage {
  const { used } = usage;
  const from = isFromTheFuture(usage, now) ? { used, ts: now } : usage;
  switch (config.kind) {
    case "token bucket": {
      const periods = Math.max(0, now - from.ts) / config.period;
      return drain(from, periods * config.rate, Math.max(from.ts, now));
    }
    case "fixed window":
    case "calendar": {
      const ts = windowStart(config, from.ts);
      const nowTs = windowStart(config, now);
      const windows = Math.max(0, windowsBetween(config, ts, nowTs));
      return drain(from, windows * config.rate, Math.max(ts, nowTs));
    }
    case "sliding window":
      return slide(from, config, now);
    case "sliding log":
      return expire(from, config.period, now);
  }
}

function drain({ used }: Usage, added: number, ts: number): Usage {
  return { used: Math.max(0, used - added), ts };
}

/**
 * Over a window, what the window before had used is given back evenly; so within one window this is
 * a bucket that drains at that rate, and in the next at the rate of what this one itself has used.
 */
function slide(usage: Usage, windows: Windows & { period: number }, now: number): Usage {
  const { used, ts, prev = 0 } = usage;
  const { period } = windows;
  if (now <= ts) return { used, ts, prev };
  const start = windowStart(windows, ts);
  const passed = windowsBetween(windows, start, windowStart(windows, now));
  if (passed === 0)
    return { used: Math.max(0, used - (prev * (now - ts)) / period), ts: now, prev };
  if (passed > 1) return { used: 0, ts: now, prev: 0 };
  const own = Math.max(0, used - (prev * (start + period - ts)) / period);
  return { used: own * Math.max(0, 1 - (now - start - period) / period), ts: now, prev: own };
}

function expire(usage: Usage, period: number, now: number): Usage {
  const log = entriesOf(usage).filter(({ at }) => at > now - period);
  return { used: sumOf(log), ts: Math.max(usage.ts, now), log };
}

/** What was used before the limit was a log counts as used at once. */
function entriesOf({ used, ts, log }: Usage): LogEntry[] {
  return log ?? (used > 0 ? [{ at: ts, count: used }] : []);
}

function sumOf(log: readonly LogEntry[]): number {
  return log.reduce((sum, { count }) => sum + count, 0);
}

/** Takes tokens. The usage is one that `advance` returned. */
export function add(usage: Usage, count: number): Usage {
  const used = usage.used + count;
  if (!usage.log) return { ...usage, used };
  return { ...usage, used, log: merged([...usage.log, { at: usage.ts, count }]) };
}

/** One entry for what happened in one millisecond, and for the oldest of too many. */
function merged(log: LogEntry[]): LogEntry[] {
  const [last, before] = [log.at(-1), log.at(-2)];
  if (last && before && last.at === before.at)
    return [...log.slice(0, -2), { at: last.at, count: before.count + last.count }];
  const [first, second, ...rest] = log;
  if (log.length <= MOST_LOG_ENTRIES || !first || !second) return log;
  return [{ at: second.at, count: first.count + second.count }, ...rest];
}

/**
 * Gives tokens back. Which ones, nobody says: those that would have come back first, so that nothing
 * is granted sooner than if they had never been taken. The usage is one that `advance` returned.
 */
export function giveBack(usage: Usage, count: number, config: Refill): Usage {
  const used = Math.max(0, usage.used - count);
  if (config.kind === "sliding log")
    return { ...usage, used, log: shortened(entriesOf(usage), used) };
  if (config.kind !== "sliding window") return { ...usage, used };
  const { prev = 0, ts } = usage;
  const left = 1 - (ts - windowStart(config, ts)) / config.period;
  const ofPrev = Math.min(count, prev * left);
  return { ...usage, used, prev: ofPrev > 0 ? Math.max(0, prev - ofPrev / left) : prev };
}

/** The newest entries that add up to `used`. */
function shortened(log: LogEntry[], used: number): LogEntry[] {
  let room = used;
  const newestFirst = [...log].reverse().flatMap(({ at, count }) => {
    const kept = Math.min(count, room);
    room -= kept;
    return kept > 0 ? [{ at, count: kept }] : [];
  });
  return newestFirst.reverse();
}

/** The instant by which a usage has drained if nothing is added to it; for huge debts, the last one. */
export function drainedAt(usage: Usage, config: Refill): number {
  return usage.used > 0 ? Math.min(END_OF_TIME, emptyAt(usage, config)) : usage.ts;
}

function emptyAt(usage: Usage, config: Refill): number {
  const { used, ts, prev = 0 } = usage;
  switch (config.kind) {
    case "token bucket":
      return ts + (used / config.rate) * config.period;
    case "fixed window":
    case "calendar":
      return laterWindow(config, ts, Math.ceil(used / config.rate));
    case "sliding window": {
      const end = windowStart(config, ts) + config.period;
      // Sums of shards round; what they leave over is nothing to wait a window for.
      const own = used - (prev * (end - ts)) / config.period;
      return own > RELATIVE_TOLERANCE * Math.max(1, used) ? end + config.period : end;
    }
    case "sliding log":
      return Math.max(...entriesOf(usage).map(({ at }) => at)) + config.period;
  }
}

export function tolerance(config: ResolvedConfig): number {
  return RELATIVE_TOLERANCE * Math.max(1, config.capacity);
}
