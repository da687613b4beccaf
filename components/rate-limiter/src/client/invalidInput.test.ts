import { convexTest } from "convex-test";
import {
  componentsGeneric,
  defineSchema,
  type GenericDataModel,
  type GenericMutationCtx,
} from "convex/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ComponentApi } from "../component/_generated/component.js";
import { register } from "../test.js";
import { DAY, HOUR, isRateLimiterError, RateLimiter, type RateLimitConfig } from "./index.js";

/*
 * Input that can never work: a typed error with the field at fault, and nothing written. Configs are
 * in invalidConfig.test.ts.
 */

const { rateLimiter: component } = componentsGeneric() as unknown as { rateLimiter: ComponentApi };

const LIMITS = {
  bucket: { kind: "token bucket", rate: 3, period: HOUR, maxReserved: 2 },
  sharded: { kind: "token bucket", rate: 30, period: HOUR, shards: 10, maxReserved: 2 },
  log: {
    kind: "token bucket",
    rate: 3,
    period: HOUR,
    maxReserved: 2,
    applyUpdates: "asynchronously",
  },
  custom: { kind: "token bucket", rate: 3, period: HOUR, overrides: true },
  jobs: { kind: "concurrency", max: 3, overrides: true },
} as const;

const limiter = new RateLimiter(component, LIMITS);
/** As callers without types see it. */
const untyped: RateLimiter<Record<string, RateLimitConfig>> = limiter;

type Ctx = GenericMutationCtx<GenericDataModel>;
type Name = keyof typeof LIMITS;

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-01-01T00:00:00Z"), toFake: ["Date"] });
  vi.spyOn(Math, "random").mockReturnValue(0.999);
});

afterEach(() => {
  vi.useRealTimers();
});

function setup() {
  const t = convexTest(defineSchema({}), { "./_generated/api.js": () => Promise.resolve({}) });
  register(t);
  return t;
}

/** The data of the error that a call throws, which must not have written anything. */
function thrown(call: (ctx: Ctx) => Promise<unknown>, t = setup()) {
  return t.run(async (ctx) => {
    const error: unknown = await call(ctx).then(
      () => "nothing was thrown",
      (error: unknown) => error,
    );
    expect((await ctx.meta.getTransactionMetrics()).documentsWritten.used).toBe(0);
    return isRateLimiterError(error) ? error.data : { error: String(error) };
  });
}

const invalid = (field: string) => ({ code: "INVALID_RATE_LIMIT", field });

type CountCall = (ctx: Ctx, name: Name, count: number) => Promise<unknown>;

const COUNTING: Record<string, CountCall> = {
  limit: (ctx, name, count) => limiter.limit(ctx, name, { count }),
  "limit with reserve": (ctx, name, count) => limiter.limit(ctx, name, { count, reserve: true }),
  "limit with precheck": (ctx, name, count) => limiter.limit(ctx, name, { count, precheck: true }),
  check: (ctx, name, count) => limiter.check(ctx, name, { count }),
  consume: (ctx, name, count) => limiter.consume(ctx, name, { count }),
  peek: (ctx, name, count) => limiter.peek(ctx, name, { count }),
  "peek of the snapshot": (ctx, name, count) => limiter.peek(ctx, name, { count, snapshot: true }),
  limitAll: (ctx, name, count) => limiter.limitAll(ctx, [{ name: "custom" }, { name, count }]),
  charge: (ctx, name, count) => limiter.charge(ctx, name, { count }),
  refund: (ctx, name, count) => limiter.refund(ctx, name, { count }),
  reserve: (ctx, name, count) => limiter.reserve(ctx, name, { count }),
};

describe.each(["bucket", "sharded", "log"] as const)("of a %s", (name) => {
  test.each(Object.entries(COUNTING))("%s takes no count that is no amount", async (_, call) => {
    for (const count of [NaN, Infinity, -Infinity, -1, -1e-9, 2 ** 53, 1e300])
      expect(await thrown((ctx) => call(ctx, name, count)), String(count)).toMatchObject({
        ...invalid("count"),
        name,
      });
  });

  const most = LIMITS[name].rate;
  const exceeds = (count: number, most: number) => ({
    ...invalid("count"),
    message: expect.stringContaining(`Rate limit ${name} count ${count} exceeds ${most}.`),
  });

  test.each(["limit", "limit with precheck", "check"])(
    "%s says of a count above the capacity that it exceeds it",
    async (method) => {
      const call = COUNTING[method];
      expect(await thrown(async (ctx) => call?.(ctx, name, most + 1))).toMatchObject(
        exceeds(most + 1, most),
      );
    },
  );

  test.each(["limit with reserve", "reserve"])(
    "%s says of a count above the capacity and all that it lends that it exceeds it",
    async (method) => {
      const call = COUNTING[method];
      expect(await thrown(async (ctx) => call?.(ctx, name, most + 3))).toMatchObject(
        exceeds(most + 3, most + 2),
      );
    },
  );

  test("consume, peek and limitAll answer that a count is too large", async () => {
    await setup().run(async (ctx) => {
      const count = most + 1;
      const tooLarge = { ok: false, reason: "tooLarge", used: 0, remaining: most };
      for (const status of [
        await limiter.consume(ctx, name, { count }),
        await limiter.peek(ctx, name, { count }),
        await limiter.peek(ctx, name, { count, snapshot: true }),
      ]) {
        expect(status).toMatchObject(tooLarge);
        expect(status).not.toHaveProperty("retryAfter");
      }
      const all = await limiter.limitAll(ctx, [{ name: "custom" }, { name, count }]);
      expect(all).toMatchObject({
        ok: false,
        limitedBy: [name],
        results: [{ ok: true }, tooLarge],
      });
      expect(all).not.toHaveProperty("retryAfter");
      expect((await ctx.meta.getTransactionMetrics()).documentsWritten.used).toBe(0);
    });
  });
});

test.each([0, -1, 2.5, NaN, Infinity])(
  "getValue takes no sampleShards of %d",
  async (sampleShards) => {
    const call = (ctx: Ctx) => limiter.getValue(ctx, "sharded", { sampleShards });
    expect(await thrown(call)).toMatchObject(invalid("sampleShards"));
  },
);

describe("a key of more than 1 KiB", () => {
  const item = { name: "bucket", key: "é".repeat(513) } as const;
  const { name, key } = item;
  const calls: Record<string, (ctx: Ctx) => Promise<unknown>> = {
    limit: (ctx) => limiter.limit(ctx, name, { key }),
    check: (ctx) => limiter.check(ctx, name, { key }),
    consume: (ctx) => limiter.consume(ctx, name, { key }),
    peek: (ctx) => limiter.peek(ctx, name, { key }),
    "peek of leases": (ctx) => limiter.peek(ctx, "jobs", { key }),
    limitAll: (ctx) => limiter.limitAll(ctx, [{ name: "custom" }, item]),
    charge: (ctx) => limiter.charge(ctx, name, { key }),
    refund: (ctx) => limiter.refund(ctx, name, { key }),
    reserve: (ctx) => limiter.reserve(ctx, name, { key }),
    block: (ctx) => limiter.block(ctx, name, { key }),
    unblock: (ctx) => limiter.unblock(ctx, name, { key }),
    getValue: (ctx) => limiter.getValue(ctx, name, { key }),
    acquire: (ctx) => limiter.acquire(ctx, "jobs", { key }),
    reset: (ctx) => limiter.reset(ctx, name, { key }),
    setOverride: (ctx) => limiter.setOverride(ctx, "custom", { key, config: { rate: 1 } }),
  };

  test.each(Object.entries(calls))("is refused by %s", async (_, call) => {
    expect(await thrown(call)).toMatchObject(invalid("key"));
  });

  test("is refused, and one of exactly 1 KiB is not", async () => {
    await setup().run(async (ctx) => {
      const key = "é".repeat(512);
      expect(await limiter.limit(ctx, "bucket", { key })).toEqual({ ok: true });
    });
  });
});

test.each([
  ["durationMs", { durationMs: 0 }],
  ["durationMs", { durationMs: -1 }],
  ["durationMs", { durationMs: NaN }],
  ["durationMs", { durationMs: Infinity }],
  ["expiresAt", { expiresAt: NaN }],
  ["expiresAt", { expiresAt: Infinity }],
  ["expiresAt", { expiresAt: Number.MAX_VALUE }],
  ["expiresAt", { expiresAt: 1, durationMs: 1 }],
])("a block takes no bad %s: %o", async (field, options) => {
  for (const name of ["bucket", "sharded", "log"] as const)
    expect(await thrown((ctx) => limiter.block(ctx, name, options))).toMatchObject(invalid(field));
});

test.each([
  ["ttlMs", { ttlMs: 0 }],
  ["ttlMs", { ttlMs: NaN }],
  ["ttlMs", { ttlMs: 11 * 366 * DAY }],
  ["maxWaitMs", { maxWaitMs: -1 }],
  ["maxWaitMs", { maxWaitMs: NaN }],
])("a reservation takes no bad %s: %o", async (field, options) => {
  const reserve = (ctx: Ctx) => limiter.reserve(ctx, "bucket", options);
  expect(await thrown(reserve)).toMatchObject(invalid(field));
});

test("a reservation that is settled with a bad count can still be settled", async () => {
  const t = setup();
  const reserved = await t.run((ctx) => limiter.reserve(ctx, "bucket", { count: 2 }));
  const id = reserved.ok ? reserved.reservationId : "";
  for (const count of [NaN, -1, Infinity])
    expect(await thrown((ctx) => limiter.settle(ctx, id, count), t)).toMatchObject(
      invalid("count"),
    );
  expect(await t.run((ctx) => limiter.settle(ctx, id, 1))).toMatchObject({ used: 1 });
});

test.each([0, -1, NaN, Infinity])(
  "a lease takes no ttlMs of %d, when renewed neither",
  async (ttlMs) => {
    const t = setup();
    const acquire = (ctx: Ctx) => limiter.acquire(ctx, "jobs", { ttlMs });
    expect(await thrown(acquire)).toMatchObject(invalid("ttlMs"));
    const lease = await t.run((ctx) => limiter.acquire(ctx, "jobs"));
    const id = lease.ok ? lease.leaseId : "";
    expect(await thrown((ctx) => limiter.renew(ctx, id, { ttlMs }), t)).toMatchObject(
      invalid("ttlMs"),
    );
  },
);

test.each([
  ["overrides", "bucket", { config: { rate: 1 } }],
  ["rate", "custom", { config: { rate: NaN } }],
  ["period", "custom", { config: { period: 0 } }],
  ["capacity", "custom", { config: { capacity: -1 } }],
  ["maxReserved", "custom", { config: { maxReserved: NaN } }],
  ["max", "custom", { config: { max: 1 } }],
  ["rate", "jobs", { config: { rate: 1 } }],
  ["max", "jobs", { config: { max: 0 } }],
  ["ttlMs", "jobs", { config: { ttlMs: Infinity } }],
  ["expiresAt", "custom", { config: { rate: 1 }, expiresAt: NaN }],
] as const)("an override takes no bad %s: %s %o", async (field, name, options) => {
  const override = (ctx: Ctx) => limiter.setOverride(ctx, name, options);
  expect(await thrown(override)).toMatchObject(invalid(field));
});

describe.each(["missing", "constructor", "__proto__", "hasOwnProperty"])("the name %s", (name) => {
  const calls: Record<string, (ctx: Ctx) => Promise<unknown>> = {
    limit: (ctx) => untyped.limit(ctx, name),
    check: (ctx) => untyped.check(ctx, name),
    consume: (ctx) => untyped.consume(ctx, name),
    peek: (ctx) => untyped.peek(ctx, name),
    limitAll: (ctx) => untyped.limitAll(ctx, [{ name: "bucket" }, { name }]),
    charge: (ctx) => untyped.charge(ctx, name),
    refund: (ctx) => untyped.refund(ctx, name),
    reserve: (ctx) => untyped.reserve(ctx, name),
    block: (ctx) => untyped.block(ctx, name),
    unblock: (ctx) => untyped.unblock(ctx, name),
    getValue: (ctx) => untyped.getValue(ctx, name),
    acquire: (ctx) => untyped.acquire(ctx, name),
    list: (ctx) => untyped.list(ctx, name, { paginationOpts: { numItems: 1, cursor: null } }),
    setOverride: (ctx) => untyped.setOverride(ctx, name, { config: { rate: 1 } }),
    hookAPI: (_ctx) => Promise.resolve().then(() => untyped.hookAPI(name)),
  };

  test.each(Object.entries(calls))("is not known to %s", async (_, call) => {
    expect(await thrown(call)).toMatchObject({
      code: "LIMIT_NOT_DEFINED",
      name,
      message: expect.stringContaining(`Rate limit ${name} not defined`),
    });
  });
});
