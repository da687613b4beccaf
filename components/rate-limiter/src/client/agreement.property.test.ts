import { fc, test } from "@fast-check/vitest";
import { convexTest } from "convex-test";
import {
  componentsGeneric,
  defineSchema,
  type GenericDataModel,
  type GenericMutationCtx,
} from "convex/server";
import { afterEach, beforeEach, describe, expect, vi } from "vitest";
import type { ComponentApi } from "../component/_generated/component.js";
import { register } from "../test.js";
import {
  calculateRateLimit,
  calculateStatus,
  MINUTE,
  RateLimiter,
  type RateLimitConfig,
  type RateLimitStatus,
} from "./index.js";

/*
 * Whatever has happened to a limit: what the different methods say of it agrees, and what they
 * promise comes true.
 */

const { rateLimiter: component } = componentsGeneric() as unknown as { rateLimiter: ComponentApi };
const T0 = new Date("2026-01-01T00:00:00Z").getTime();

const rated = { rate: 10, period: MINUTE };
const CONFIGS: Record<string, RateLimitConfig> = {
  "a token bucket": { kind: "token bucket", ...rated, overrides: true },
  "a token bucket of 5 shards": {
    kind: "token bucket",
    ...rated,
    shards: 5,
    maxReserved: 7,
    overrides: true,
  },
  "a concurrent token bucket": { kind: "token bucket", ...rated, applyUpdates: "asynchronously" },
  "a fixed window": { kind: "fixed window", ...rated, capacity: 25 },
  "a fixed window of 5 shards": { kind: "fixed window", ...rated, shards: 5 },
  "a concurrent fixed window": { kind: "fixed window", ...rated, applyUpdates: "asynchronously" },
  "a sliding window": { kind: "sliding window", ...rated },
  "a sliding window of 5 shards": { kind: "sliding window", ...rated, shards: 5 },
  "a sliding log": { kind: "sliding log", ...rated },
  "a calendar": { kind: "calendar", rate: 10, unit: "minute", capacity: 20 },
  "a calendar of 3 shards": { kind: "calendar", rate: 10, unit: "minute", shards: 3 },
};

type Ctx = GenericMutationCtx<GenericDataModel>;
type Limiter = RateLimiter<{ a: RateLimitConfig }>;

const OPERATIONS = {
  limit: (l: Limiter, ctx: Ctx, count: number) => l.limit(ctx, "a", { count }),
  borrow: (l: Limiter, ctx: Ctx, count: number) => l.limit(ctx, "a", { count, reserve: true }),
  charge: (l: Limiter, ctx: Ctx, count: number) => l.charge(ctx, "a", { count }),
  refund: (l: Limiter, ctx: Ctx, count: number) => l.refund(ctx, "a", { count }),
  block: (l: Limiter, ctx: Ctx, count: number) =>
    l.block(ctx, "a", { durationMs: 1000 * count + 1 }),
  unblock: (l: Limiter, ctx: Ctx) => l.unblock(ctx, "a"),
  reset: (l: Limiter, ctx: Ctx) => l.reset(ctx, "a"),
  sweep: (l: Limiter, ctx: Ctx) => l.sweep(ctx),
  settle: async (l: Limiter, ctx: Ctx, count: number) => {
    const reserved = await l.reserve(ctx, "a", { count: 3 });
    if (reserved.ok) await l.settle(ctx, reserved.reservationId, count);
  },
  override: async (l: Limiter, ctx: Ctx, count: number) => {
    if (l.limits?.a.overrides) await l.setOverride(ctx, "a", { config: { rate: 5 + 2 * count } });
  },
};

const step = fc.record({
  operation: fc.constantFrom(...(Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[])),
  count: fc.integer({ min: 0, max: 5 }),
  waitMs: fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 100_000 })),
  random: fc.double({ min: 0, max: 0.999, noNaN: true }),
});

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

function setup() {
  const t = convexTest(defineSchema({}), { "./_generated/api.js": () => Promise.resolve({}) });
  register(t);
  return t;
}

type Test = ReturnType<typeof setup>;

describe.each(Object.entries(CONFIGS))("%s", (_, config) => {
  const limiter: Limiter = new RateLimiter(component, { a: config });

  test.prop([fc.array(step, { minLength: 1, maxLength: 12 })], { numRuns: 12, seed: 1 })(
    "is described alike by every method, and keeps what they promise",
    async (steps) => {
      const t = setup();
      vi.setSystemTime(T0);
      for (const { operation, count, waitMs, random } of steps) {
        vi.spyOn(Math, "random").mockReturnValue(random);
        vi.setSystemTime(Date.now() + waitMs);
        await t.run(async (ctx) => void (await OPERATIONS[operation](limiter, ctx, count)));
        const status = await expectAgreement(t, limiter, count);
        await expectPromisesKept(t, limiter, { status, count });
      }
      await expectRemainingGranted(t, limiter);
    },
    60_000,
  );
});

const close = (value: number) => expect.closeTo(value, 6) as number;

/** `check`, `getValue` and its continuations say what `peek` says. */
async function expectAgreement(t: Test, limiter: Limiter, count: number): Promise<RateLimitStatus> {
  const { peeked, checked, value } = await t.run(async (ctx) => ({
    peeked: await limiter.peek(ctx, "a", { count }),
    checked: await limiter.check(ctx, "a", { count }),
    value: await limiter.getValue(ctx, "a"),
  }));
  const { ok, retryAfter, used, limit } = peeked;
  expect({ ok: checked.ok, retryAfter: checked.retryAfter }).toEqual({ ok, retryAfter });
  const status = calculateStatus(value, { name: "a" }, { count });
  expect(status).toEqual({ ...peeked, used: close(used) });
  const continued = calculateRateLimit(value, value.config, Date.now(), count);
  expect(continued).toMatchObject({ value: close(limit - used - count), retryAfter });
  return peeked;
}

/** A request is granted at its `retryAfter` and not before, and all is there at `resetAt`. */
async function expectPromisesKept(
  t: Test,
  limiter: Limiter,
  { status: { retryAfter, resetAt }, count }: { status: RateLimitStatus; count: number },
): Promise<void> {
  const now = Date.now();
  const ok = async (at: number) => {
    vi.setSystemTime(at);
    return (await t.run((ctx) => limiter.check(ctx, "a", { count }))).ok;
  };
  expect(await ok(now + (retryAfter ?? 0))).toBe(true);
  if (retryAfter !== undefined) expect(await ok(now + retryAfter - 1)).toBe(false);
  vi.setSystemTime(resetAt);
  expect(await t.run((ctx) => limiter.peek(ctx, "a"))).toMatchObject({ used: close(0) });
  vi.setSystemTime(now);
}

async function expectRemainingGranted(t: Test, limiter: Limiter): Promise<void> {
  const { remaining } = await t.run((ctx) => limiter.peek(ctx, "a"));
  let granted = 0;
  while ((await t.run((ctx) => limiter.limit(ctx, "a"))).ok) granted++;
  expect(granted).toBe(remaining);
}
