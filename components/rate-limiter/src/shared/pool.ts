import type { Block } from "./blocks.js";
import {
  add,
  advance,
  drainedAt,
  giveBack,
  isFromTheFuture,
  tolerance,
  usageOf,
  type BucketState,
  type Usage,
} from "./bucket.js";
import type { ResolvedConfig } from "./kinds.js";
import type { RateLimitReturns } from "./validators.js";

/** A row's state with its place: shard `shard` of `layout` shards. */
export interface ShardState extends BucketState {
  shard: number;
  /** Missing in rows of the official package. */
  layout?: number;
  block?: Block;
}

/** Tokens asked for at an instant (milliseconds of UTC). */
export interface Request {
  count: number;
  now: number;
  /** By how many tokens the request may go into debt. */
  allowance: number;
  /** Taken whether it fits or not, from a blocked limit too. */
  isForced: boolean;
}

/** What stands in the way of a request, and how to grant it. */
export interface Circumstances {
  request: Pick<Request, "count" | "now" | "allowance">;
  choice: Choice;
  /** In force at the request's instant: it is refused, whatever is left. */
  block?: Block;
}

/** How to choose among shards that would all do. */
export interface Choice {
  /** This one if it fits, because it has been read already. */
  preferred: number;
  /** From 0 to 1: otherwise a shard at random, likelier the more it has left. */
  random: number;
}

/** Shard 0 if it fits: the one that exists if any does. */
export const FIRST_SHARD: Choice = { preferred: 0, random: 0 };

/** What each shard has used. Its length is the number of shards. */
export type Pool = readonly Usage[];

export interface PoolDecision {
  status: RateLimitReturns;
  /** The pool to store, with unchanged shards identical to before, or null when nothing changes. */
  next: Pool | null;
}

/** The limit that one shard enforces: its share of the whole. */
export function shareOf(config: ResolvedConfig, shards = config.shards): ResolvedConfig {
  return {
    ...config,
    rate: config.rate / shards,
    capacity: config.capacity / shards,
  };
}

/**
 * Whether rows can be decided on one by one: they are of the current number of shards, and none was
 * written when its share was greater. It might owe by today's share, while others have room.
 */
export function isCurrent(states: readonly ShardState[], config: ResolvedConfig): boolean {
  const { capacity } = shareOf(config);
  return states.every(
    (state) =>
      layoutOf(state, config.shards) === config.shards && (state.cap ?? capacity) <= capacity,
  );
}

/** A row of the official package is taken for one of the current layout if it can be. */
function layoutOf({ shard, layout }: ShardState, shards: number): number {
  return layout ?? Math.max(shard + 1, shards);
}

/**
 * What the shards have used at `now`. Rows of another layout are spread over the current one: what
 * was used in total stays used, so a changed number of shards mints nothing.
 */
export function poolAt(states: readonly ShardState[], config: ResolvedConfig, now: number): Pool {
  const { shards } = config;
  if (isCurrent(states, config)) {
    const share = shareOf(config);
    const byShard = new Map(states.map((state) => [state.shard, state]));
    return Array.from({ length: shards }, (_, shard) => {
      const state = byShard.get(shard);
      return advance(state ? usageOf(state, share) : { used: 0, ts: now }, share, now);
    });
  }
  const found = states.map((state) => {
    const share = shareOf(config, layoutOf(state, shards));
    return { usage: usageOf(state, share), share };
  });
  // As if they had been moved when the last of them was written: rows that nobody moves drain slower
  // the fewer of them owe, and a promise made now must still hold when it is kept.
  const movedAt = Math.min(now, Math.max(...found.map(({ usage }) => usage.ts)));
  const usages = found.map(({ usage, share }) => advance(usage, share, movedAt));
  return spread(usages, shards).map((usage) => advance(usage, shareOf(config), now));
}

/** Whether a shard has room for `count` tokens without help from the others. */
export function fitsShard({ used }: Usage, count: number, config: ResolvedConfig): boolean {
  const share = shareOf(config);
  return used + count <= share.capacity + tolerance(share);
}

/** Decides a request on what all shards have left together. */
export function decide(
  pool: Pool,
  config: ResolvedConfig,
  { request, choice, block }: Circumstances,
): PoolDecision {
  const { count, now, allowance } = request;
  const fits = (later: Pool) => owed(later, config) + count <= allowance;
  if (block || !fits(pool)) {
    const wait = fits(pool) ? 0 : firstInstant(pool, config, { now, settled: fits });
    const retryAfter = Math.max(wait, Math.ceil((block?.expiresAt ?? now) - now));
    return { status: { ok: false, retryAfter }, next: null };
  }
  if (owed(pool, config) + count <= 0) {
    return {
      status: { ok: true },
      next: count === 0 ? null : take(pool, config, { count, choice }),
    };
  }
  const next = addToAll(pool, count);
  const settled = (later: Pool) => owed(later, config) <= 0;
  const retryAfter = firstInstant(next, config, { now, settled });
  return { status: { ok: true, retryAfter }, next: count === 0 ? null : next };
}

/** Tokens by which a pool exceeds the capacity; negative while there is room. */
export function owed(pool: Pool, config: ResolvedConfig): number {
  return totalUsed(pool) - config.capacity - tolerance(config);
}

/** The least whole number of milliseconds from `now` after which a pool left alone is `settled`. */
export function firstInstant(
  pool: Pool,
  config: ResolvedConfig,
  { now, settled }: { now: number; settled: (later: Pool) => boolean },
): number {
  const share = shareOf(config);
  const settledAfter = (wait: number) =>
    settled(pool.map((usage) => advance(usage, share, now + wait)));
  let tooEarly = 0;
  let enough = Math.ceil(Math.max(...pool.map((usage) => drainedAt(usage, share))) - now) + 1;
  const between = () => Math.floor((tooEarly + enough) / 2);
  // Ends where whole numbers are too large to be told apart, too.
  for (let middle = between(); tooEarly < middle && middle < enough; middle = between()) {
    if (settledAfter(middle)) enough = middle;
    else tooEarly = middle;
  }
  return enough;
}

/** Takes tokens that are there: from one shard if one has enough, else from as few as possible. */
function take(
  pool: Pool,
  config: ResolvedConfig,
  { count, choice }: { count: number; choice: Choice },
): Pool {
  const { capacity } = shareOf(config);
  const left = pool.map((usage, shard) => ({ shard, tokens: capacity - usage.used }));
  const fitting = left.filter(({ shard }) => {
    const usage = pool[shard];
    return usage !== undefined && fitsShard(usage, count, config);
  });
  const chosen = choose(fitting, choice);
  const takes = chosen ? [{ ...chosen, tokens: count }] : takeFewest(left, count);
  return pool.map((usage, shard) => {
    const taken = takes.find((one) => one.shard === shard);
    return taken ? add(usage, taken.tokens) : usage;
  });
}

/** The fullest shards first. What rounding leaves over is recorded against the first of them. */
function takeFewest(left: Left[], count: number): Left[] {
  let missing = count;
  const takes: Left[] = [];
  for (const { shard, tokens } of left.sort((a, b) => b.tokens - a.tokens)) {
    const taken = Math.min(missing, tokens);
    if (taken <= 0) break;
    takes.push({ shard, tokens: taken });
    missing -= taken;
  }
  const [fullest] = left;
  if (takes.length === 0 && fullest) return [{ shard: fullest.shard, tokens: count }];
  return takes.map((one, index) => (index === 0 ? { ...one, tokens: one.tokens + missing } : one));
}

interface Left {
  shard: number;
  tokens: number;
}

function choose(fitting: Left[], { preferred, random }: Choice): Left | undefined {
  const own = fitting.find(({ shard }) => shard === preferred);
  if (own) return own;
  let point = random * fitting.reduce((sum, { tokens }) => sum + tokens, 0);
  return fitting.find(({ tokens }) => (point -= tokens) <= 0) ?? fitting.at(-1);
}

/** Takes tokens that are not there: then every shard drains, and none has room to spare. */
export function addToAll(pool: Pool, count: number): Pool {
  return spread(pool, pool.length).map((usage) => add(usage, count / pool.length));
}

/**
 * Gives tokens back to the shards that used most, never more than they used. What is still owed then
 * is spread again, or a shard that owes nothing any more would grant while the others do.
 */
export function giveBackTo(pool: Pool, config: ResolvedConfig, count: number): Pool {
  const share = shareOf(config);
  const most = pool.map((usage, shard) => ({ usage, shard })).sort(byUsedDescending);
  const next = [...pool];
  let missing = count;
  for (const { usage, shard } of most) {
    const tokens = Math.min(missing, usage.used);
    if (tokens <= 0) break;
    next[shard] = giveBack(usage, tokens, share);
    missing -= tokens;
  }
  const isInDebt = next.some(({ used }) => used > share.capacity);
  return isInDebt ? spread(next, pool.length) : next;
}

function byUsedDescending(one: { usage: Usage }, other: { usage: Usage }): number {
  return other.usage.used - one.usage.used;
}

/** Equal shares of what was used in total, over any number of shards. */
function spread(pool: Pool, shards: number): Pool {
  if (pool.length === 1 && shards === 1) return pool;
  const ts = Math.max(...pool.map((usage) => usage.ts));
  const used = totalUsed(pool) / shards;
  const prev = pool.some((usage) => usage.prev !== undefined)
    ? pool.reduce((sum, usage) => sum + (usage.prev ?? 0), 0) / shards
    : undefined;
  return Array.from({ length: shards }, () => ({ used, ts, prev }));
}

export function totalUsed(pool: Pool): number {
  return pool.reduce((sum, { used }) => sum + used, 0);
}

/** Whether a clock that has since stepped back wrote one of the rows. */
export function hasFutureRows(states: readonly ShardState[], now: number): boolean {
  return states.some((state) => isFromTheFuture(state, now));
}
