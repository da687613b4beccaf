import { withDefaults, type ResolvedConfig } from "./config.js";
import type { RateLimitConfig, RateLimitReturns } from "./validators.js";

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
interface Usage {
  used: number;
  ts: number;
}

/** Tokens asked for at an instant (milliseconds of UTC). */
export interface Request {
  count: number;
  now: number;
  reserve: boolean;
}

export interface Decision {
  status: RateLimitReturns;
  /** The state to store, or null when nothing changes. */
  next: Required<BucketState> | null;
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

/**
 * Decides one request. A refusal changes nothing, except that a row from the future is re-stamped:
 * otherwise a clock that ran an hour ahead once would lock the key out for an hour.
 */
export function decide(
  state: BucketState | null,
  config: ResolvedConfig,
  { count, now, reserve }: Request,
): Decision {
  const usage = usageAt(state, config, now);
  const allowance = reserve ? (config.maxReserved ?? Infinity) : 0;
  const after = { used: usage.used + count, ts: usage.ts };
  if (!fits(after.used, config, allowance)) {
    const retryAfter = waitFor(after, config, { allowance, now });
    const restamp = state !== null && isFromTheFuture(state, now);
    return { status: { ok: false, retryAfter }, next: restamp ? toState(usage, config) : null };
  }
  const next = count === 0 ? null : toState(after, config);
  if (fits(after.used, config, 0)) return { status: { ok: true }, next };
  return { status: { ok: true, retryAfter: waitFor(after, config, { allowance: 0, now }) }, next };
}

/** What is left of a limit at an instant, after taking `count` tokens. */
export interface RateLimitValue {
  /** Tokens left; below zero when `count` does not fit. */
  value: number;
  /** The instant `value` speaks of, in milliseconds; the start of the window for fixed windows. */
  ts: number;
  /** Whole milliseconds until `value` is back at zero; undefined when it is not below. */
  retryAfter: number | undefined;
  /** Start of the window that the state was stored in; undefined for token buckets. */
  windowStart: number | undefined;
}

/** Continues a state to `now` and takes `count` tokens off it. */
export function calculateRateLimit(
  state: BucketState | null,
  config: RateLimitConfig,
  { count, now }: Pick<Request, "count" | "now">,
): RateLimitValue {
  const resolved = withDefaults(config, state?.ts ?? 0);
  const usage = usageAt(state, resolved, now);
  const after = { used: usage.used + count, ts: usage.ts };
  return {
    value: resolved.capacity - after.used,
    ts: after.ts,
    retryAfter: fits(after.used, resolved, 0)
      ? undefined
      : waitFor(after, resolved, { allowance: 0, now }),
    windowStart:
      config.kind === "fixed window" ? windowStart(resolved, state?.ts ?? now) : undefined,
  };
}

/** Tokens used at `now`: those of the state, less what has been added since. */
function usageAt(state: BucketState | null, config: ResolvedConfig, now: number): Usage {
  const nowTs = config.kind === "fixed window" ? windowStart(config, now) : now;
  if (state === null) return { used: 0, ts: nowTs };
  const used = (state.cap ?? config.capacity) - state.value;
  if (isFromTheFuture(state, now)) return { used, ts: nowTs };
  const stateTs = config.kind === "fixed window" ? windowStart(config, state.ts) : state.ts;
  const elapsed = Math.max(0, nowTs - stateTs);
  const periods =
    config.kind === "fixed window" ? Math.round(elapsed / config.period) : elapsed / config.period;
  return { used: Math.max(0, used - periods * config.rate), ts: Math.max(stateTs, nowTs) };
}

function isFromTheFuture(state: BucketState, now: number): boolean {
  return state.ts > now + MAX_CLOCK_SKEW_MS;
}

function fits(used: number, config: ResolvedConfig, allowance: number): boolean {
  return used <= config.capacity + allowance + tolerance(config);
}

function tolerance(config: ResolvedConfig): number {
  return RELATIVE_TOLERANCE * Math.max(1, config.capacity);
}

/**
 * The fewest whole milliseconds until no more than `allowance` is owed. Dividing the debt by the
 * rate can land one millisecond off, so the neighbours are tried with the test that will judge the
 * retry.
 */
function waitFor(
  after: Usage,
  config: ResolvedConfig,
  { allowance, now }: { allowance: number; now: number },
): number {
  const state = toState(after, config);
  const debt = after.used - config.capacity - allowance - tolerance(config);
  const periods =
    config.kind === "fixed window" ? Math.ceil(debt / config.rate) : debt / config.rate;
  const wait = Math.max(1, Math.ceil(after.ts - now + periods * config.period));
  const candidates = [wait - 1, wait, wait + 1].filter((candidate) => candidate >= 1);
  const settled = (candidate: number) =>
    fits(usageAt(state, config, now + candidate).used, config, allowance);
  return candidates.find(settled) ?? wait + 1;
}

function toState({ used, ts }: Usage, { capacity }: ResolvedConfig): Required<BucketState> {
  return { value: capacity - used, ts, cap: capacity };
}

/**
 * The latest start of a window at or before `at`. A start is a sum that rounds when the period is
 * not whole, and must not fall into the window before when it is read back.
 */
function windowStart(config: ResolvedConfig, at: number): number {
  const start = (config.start ?? 0) % config.period;
  const windows = Math.floor((at + ROUNDING_MS - start) / config.period);
  return start + windows * config.period;
}
