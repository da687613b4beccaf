import type { ResolvedConfig } from "./config.js";

/** What it takes to know how many tokens are added in a time. */
export type Refill = Pick<ResolvedConfig, "kind" | "rate" | "period" | "start">;

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
}

/** Tokens used at an instant. */
export interface Usage {
  used: number;
  ts: number;
}

/**
 * Sums of refills round differently than the deficit they are compared with. A request that lacks
 * no more than this share of the capacity is granted, and the lack stays recorded.
 */
const RELATIVE_TOLERANCE = 1e-9;

/** More than the rounding of instants in milliseconds, less than clocks can tell apart. */
const ROUNDING_MS = 0.001;

/**
 * Two servers' clocks may differ by a little; a row further ahead than this was written by a clock
 * that has since stepped back.
 */
const MAX_CLOCK_SKEW_MS = 5_000;

export function isFromTheFuture({ ts }: { ts: number }, now: number): boolean {
  return ts > now + MAX_CLOCK_SKEW_MS;
}

/**
 * What a row has used. The official package stores NaN when it is asked for NaN tokens, and then
 * limits nothing any more: such a row counts as never used, and the next granted request mends it.
 */
export function usageOf(state: BucketState, config: ResolvedConfig): Usage {
  const used = (state.cap ?? config.capacity) - state.value;
  return Number.isFinite(used) && Number.isFinite(state.ts) ? { used, ts: state.ts } : UNUSED;
}

const UNUSED: Usage = { used: 0, ts: 0 };

export function toState({ used, ts }: Usage, { capacity }: ResolvedConfig): Required<BucketState> {
  return { value: capacity - used, ts, cap: capacity };
}

/**
 * Tokens used at `now`: those used before, less what has been added since. Use from the future
 * starts draining anew from now: otherwise a clock that ran an hour ahead once would lock the key
 * out for an hour.
 */
export function advance(usage: Usage, config: Refill, now: number): Usage {
  const nowTs = startOf(config, now);
  if (isFromTheFuture(usage, now)) return { used: usage.used, ts: nowTs };
  const ts = startOf(config, usage.ts);
  const elapsed = Math.max(0, nowTs - ts) / config.period;
  const periods = config.kind === "fixed window" ? Math.round(elapsed) : elapsed;
  return { used: Math.max(0, usage.used - periods * config.rate), ts: Math.max(ts, nowTs) };
}

/** The instant by which a usage has drained if nothing is added to it. */
export function drainedAt({ used, ts }: Usage, config: ResolvedConfig): number {
  const periods = used / config.rate;
  return ts + (config.kind === "fixed window" ? Math.ceil(periods) : periods) * config.period;
}

export function tolerance(config: ResolvedConfig): number {
  return RELATIVE_TOLERANCE * Math.max(1, config.capacity);
}

/** The instant a usage is stored for: now, or the start of its window. */
function startOf(config: Refill, at: number): number {
  return config.kind === "fixed window" ? windowStart(config, at) : at;
}

/**
 * The latest start of a window at or before `at`. A start is a sum that rounds when the period is
 * not whole, and must not fall into the window before when it is read back.
 */
export function windowStart(config: Refill, at: number): number {
  const start = (config.start ?? 0) % config.period;
  const windows = Math.floor((at + ROUNDING_MS - start) / config.period);
  return start + windows * config.period;
}
