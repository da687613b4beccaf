import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { toState } from "./bucket.js";
import { resolveConfig } from "./config.js";
import { decide, poolAt, shareOf, type Request, type ShardState } from "./pool.js";
import type { RateLimitConfig } from "./validators.js";

const T0 = 1_700_000_000_000;

const configs: fc.Arbitrary<RateLimitConfig> = fc.record(
  {
    kind: fc.constantFrom("token bucket" as const, "fixed window" as const),
    rate: fc.oneof(
      fc.integer({ min: 1, max: 1000 }),
      fc.double({ min: 0.01, max: 100, noNaN: true }),
    ),
    period: fc.oneof(
      fc.integer({ min: 1, max: 10_000_000 }),
      fc.double({ min: 1, max: 1e9, noNaN: true }),
    ),
    capacity: fc.integer({ min: 1, max: 1000 }),
    maxReserved: fc.integer({ min: 0, max: 20 }),
    shards: fc.integer({ min: 1, max: 12 }),
  },
  { requiredKeys: ["kind", "rate", "period"] },
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
function run(config: RateLimitConfig, history: Step[]) {
  const resolved = resolveConfig("test", "key", config);
  const most = (reserve: boolean) =>
    resolved.capacity + (reserve ? (config.maxReserved ?? resolved.capacity) : 0);
  let states: ShardState[] = [];
  let now = T0;
  return history.map(({ waitMs, share, reserve, preferred, random }) => {
    now += waitMs;
    const count = Math.floor(share * most(reserve));
    const before = states;
    const choice = { preferred, random };
    const ask = (from: ShardState[], request: Request) =>
      decide(poolAt(from, resolved, request.now), resolved, { request, choice });
    const { status, next } = ask(before, { count, reserve, now });
    const layout = resolved.shards;
    states =
      next?.map((usage, shard) => ({ ...toState(usage, shareOf(resolved)), shard, layout })) ??
      before;
    return { before, after: states, ask, now, count, reserve, resolved, status, next };
  });
}

/** The most that may have been granted in (from, to]: what fits at once, and what is added since. */
function allowed(config: RateLimitConfig, capacity: number, elapsedMs: number) {
  const periods = elapsedMs / config.period;
  const added = config.kind === "fixed window" ? Math.floor(periods) + 1 : periods;
  return capacity + added * config.rate;
}

test.prop([configs, steps])(
  "never grants more than the capacity, what was added since and what may be borrowed",
  (config, history) => {
    const maxReserved = config.maxReserved ?? 0;
    const decisions = run({ ...config, maxReserved }, history);
    decisions.forEach((first, from) => {
      let granted = 0;
      for (const { status, count, resolved, now } of decisions.slice(from)) {
        if (status.ok) granted += count;
        const most = allowed(config, resolved.capacity, now - first.now) + maxReserved;
        expect(granted).toBeLessThanOrEqual(most * (1 + 1e-6) + 1e-6);
      }
    });
  },
);

test.prop([configs, steps])("refuses until exactly the promised instant", (config, history) => {
  for (const { status, next, before, ask, count, reserve, now } of run(config, history)) {
    if (status.ok) continue;
    expect(next).toBeNull();
    expect(Number.isSafeInteger(status.retryAfter)).toBe(true);
    const retry = (at: number) => ask(before, { count, reserve, now: at }).status.ok;
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
      const settled = (at: number) => ask(after, { count: 0, reserve: false, now: at }).status.ok;
      expect(settled(now + status.retryAfter)).toBe(true);
      expect(settled(now + status.retryAfter - 1)).toBe(false);
    }
  },
);
