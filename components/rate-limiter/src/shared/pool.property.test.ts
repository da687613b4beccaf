import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { advance, drainedAt, toState } from "./bucket.js";
import { mostReserved, resolveConfig } from "./config.js";
import {
  decide,
  giveBackTo,
  poolAt,
  shareOf,
  totalUsed,
  type Request,
  type ShardState,
} from "./pool.js";
import type { TokenConfig, ResolvedConfig } from "./kinds.js";
import { windowsBetween } from "./windows.js";

const T0 = 1_700_000_000_000;

const rates = fc.oneof(
  fc.integer({ min: 1, max: 1000 }),
  fc.double({ min: 0.01, max: 100, noNaN: true }),
);
const periods = fc.oneof(
  fc.integer({ min: 1, max: 10_000_000 }),
  fc.double({ min: 1, max: 1e9, noNaN: true }),
);
const shards = fc.integer({ min: 1, max: 12 });
const saving = {
  capacity: fc.integer({ min: 1, max: 1000 }),
  maxReserved: fc.integer({ min: 0, max: 20 }),
};

/** Every kind that counts tokens. */
const configs: fc.Arbitrary<TokenConfig> = fc.oneof(
  fc.record(
    {
      kind: fc.constantFrom("token bucket" as const, "fixed window" as const),
      rate: rates,
      period: periods,
      ...saving,
      shards,
    },
    { requiredKeys: ["kind", "rate", "period"] },
  ),
  fc.record(
    { kind: fc.constant("sliding window" as const), rate: rates, period: periods, shards },
    { requiredKeys: ["kind", "rate", "period"] },
  ),
  fc.record({ kind: fc.constant("sliding log" as const), rate: rates, period: periods }),
  fc.record(
    {
      kind: fc.constant("calendar" as const),
      rate: rates,
      unit: fc.constantFrom("minute", "hour", "day", "month"),
      timeZone: fc.constantFrom("UTC", "America/New_York"),
      ...saving,
      shards,
    },
    { requiredKeys: ["kind", "rate", "unit"] },
  ),
);

const steps = fc.array(
  fc.record({
    waitMs: fc.oneof(
      fc.constant(0),
      fc.integer({ min: 0, max: 10_000 }),
      fc.integer({ min: 0, max: 10_000_000 }),
    ),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    reserve: fc.boolean(),
    preferred: fc.nat({ max: 11 }),
    random: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { maxLength: 60 },
);

interface Step {
  waitMs: number;
  share: number;
  reserve: boolean;
  preferred: number;
  random: number;
}

/** Runs a history of requests and reports every decision with its instant. */
function run(config: TokenConfig, history: Step[]) {
  const resolved = resolveConfig("test", "key", config);
  const lent = Math.min(mostReserved(resolved), resolved.capacity);
  let states: ShardState[] = [];
  let now = T0;
  return history.map(({ waitMs, share, reserve, preferred, random }) => {
    now += waitMs;
    const allowance = reserve ? lent : 0;
    const count = Math.floor(share * (resolved.capacity + allowance));
    const before = states;
    const choice = { preferred, random };
    const ask = (from: ShardState[], request: Asked) =>
      decide(poolAt(from, resolved, request.now), resolved, { request, choice });
    const { status, next } = ask(before, { count, allowance, now });
    const layout = resolved.shards;
    states =
      next?.map((usage, shard) => ({ ...toState(usage, shareOf(resolved)), shard, layout })) ??
      before;
    return { before, after: states, ask, now, count, allowance, lent, resolved, status, next };
  });
}

type Asked = Pick<Request, "count" | "allowance" | "now">;

/** The most that may have been granted in (from, to]: what fits at once, and what is added since. */
function allowed(config: ResolvedConfig, from: number, to: number): number {
  const { capacity, rate } = config;
  switch (config.kind) {
    case "token bucket":
    // What the window before had used is given back evenly, and that is the rate at most.
    case "sliding window":
      return capacity + (rate * (to - from)) / config.period;
    case "fixed window":
    case "sliding log":
      return capacity + rate * (Math.floor((to - from) / config.period) + 1);
    case "calendar":
      return capacity + rate * windowsBetween(config, from, to);
  }
}

test.prop([configs, steps])(
  "never grants more than the capacity, what was added since and what may be borrowed",
  (config, history) => {
    const decisions = run(config, history);
    decisions.forEach((first, from) => {
      let granted = 0;
      for (const { status, count, resolved, lent, now } of decisions.slice(from)) {
        if (status.ok) granted += count;
        const most = allowed(resolved, first.now, now) + lent;
        expect(granted).toBeLessThanOrEqual(most * (1 + 1e-6) + 1e-6);
      }
    });
  },
);

test.prop([configs, steps])("refuses until exactly the promised instant", (config, history) => {
  for (const { status, next, before, ask, count, allowance, now } of run(config, history)) {
    if (status.ok) continue;
    expect(next).toBeNull();
    expect(Number.isSafeInteger(status.retryAfter)).toBe(true);
    const retry = (at: number) => ask(before, { count, allowance, now: at }).status.ok;
    expect(retry(now + status.retryAfter)).toBe(true);
    expect(retry(now + status.retryAfter - 1)).toBe(false);
  }
});

test.prop([configs, steps])(
  "stores only finite numbers, never more than the capacity",
  (config, history) => {
    for (const { after, resolved } of run(config, history)) {
      for (const { value, ts } of after) {
        expect(Number.isFinite(value) && Number.isFinite(ts)).toBe(true);
        expect(value).toBeLessThanOrEqual(resolved.capacity / resolved.shards);
      }
    }
  },
);

test.prop([configs, steps])(
  "works a reservation off at exactly the promised instant",
  (config, history) => {
    for (const { status, after, ask, now } of run(config, history)) {
      if (!status.ok || status.retryAfter === undefined) continue;
      const settled = (at: number) => ask(after, { count: 0, allowance: 0, now: at }).status.ok;
      expect(settled(now + status.retryAfter)).toBe(true);
      expect(settled(now + status.retryAfter - 1)).toBe(false);
    }
  },
);

test.prop([configs, steps, fc.double({ min: 0, max: 1, noNaN: true })])(
  "a look on the way changes nothing, and all has drained by the promised instant",
  (config, history, share) => {
    const last = run(config, history).at(-1);
    if (!last) return;
    const { resolved } = last;
    const limit = shareOf(resolved);
    for (const usage of poolAt(last.after, resolved, last.now)) {
      const end = Math.ceil(drainedAt(usage, limit));
      const onTheWay = last.now + Math.floor(share * Math.max(0, end - last.now));
      const direct = advance(usage, limit, end);
      const stepwise = advance(advance(usage, limit, onTheWay), limit, end);
      expect(stepwise.used).toBeCloseTo(direct.used, 6);
      expect(direct.used).toBeLessThanOrEqual(1e-6 * limit.capacity + 1e-6);
    }
  },
);

test.prop([configs, steps, fc.double({ min: 0, max: 2, noNaN: true })])(
  "what is given back is not used, and never more than was",
  (config, history, share) => {
    const last = run(config, history).at(-1);
    if (!last) return;
    const { resolved, after, now } = last;
    const pool = poolAt(after, resolved, now);
    const used = totalUsed(pool);
    const next = giveBackTo(pool, resolved, used * share);
    expect(totalUsed(next)).toBeCloseTo(Math.max(0, used - used * share), 6);
    const later = now + 60_000;
    const limit = shareOf(resolved);
    next.forEach((usage, shard) => {
      const before = pool[shard];
      const usedLater = advance(usage, limit, later).used;
      if (before) expect(usedLater).toBeLessThanOrEqual(advance(before, limit, later).used + 1e-6);
    });
  },
);
