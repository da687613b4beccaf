import { convexTest } from "convex-test";
import {
  componentsGeneric,
  defineSchema,
  type GenericDataModel,
  type GenericMutationCtx,
} from "convex/server";
import { describe, expect, test } from "vitest";
import type { ComponentApi } from "../component/_generated/component.js";
import { register } from "../test.js";
import { DAY, HOUR, isRateLimiterError, RateLimiter, type RateLimitConfig } from "./index.js";

/*
 * Configs that can never work: a typed error with the field at fault where the limit is defined, and
 * where the config comes inline, to the class or to the component itself.
 */

const { rateLimiter: component } = componentsGeneric() as unknown as { rateLimiter: ComponentApi };

type Ctx = GenericMutationCtx<GenericDataModel>;

const BUCKET = { kind: "token bucket", rate: 3, period: HOUR } as const;
const WINDOW = { kind: "fixed window", rate: 3, period: HOUR } as const;
const SLIDING = { kind: "sliding window", rate: 3, period: HOUR } as const;
const LOG = { kind: "sliding log", rate: 3, period: HOUR } as const;
const CALENDAR = { kind: "calendar", rate: 3, unit: "day" } as const;
const LEASES = { kind: "concurrency", max: 3 } as const;

const NO_NUMBERS = [NaN, Infinity, -Infinity];

function each<Option extends string>(option: Option, values: readonly unknown[]) {
  return values.map((value) => ({ field: option, option: { [option]: value } }));
}

const RATES = each("rate", [0, -5, ...NO_NUMBERS]);
const PERIODS = each("period", [0, -1000, 1e-4, 11 * 366 * DAY, ...NO_NUMBERS]);
const SAVINGS = [
  ...each("capacity", [-1, ...NO_NUMBERS]),
  ...each("maxReserved", [-1, NaN, -Infinity]),
];
const SHARDS = each("shards", [0, -1, 2.5, 257, ...NO_NUMBERS]);
const STARTS = each("start", NO_NUMBERS);
const CONCURRENT = { field: "shards", option: { applyUpdates: "asynchronously", shards: 2 } };
/** More than 2^53 milliseconds to add the capacity. */
const TOO_SLOW = { field: "rate", option: { rate: 1e-9, capacity: 1e9 } };

const BAD = [
  ...[...RATES, ...PERIODS, ...SAVINGS, ...SHARDS, CONCURRENT, TOO_SLOW].map(on(BUCKET)),
  ...[...RATES, ...PERIODS, ...SAVINGS, ...SHARDS, ...STARTS, CONCURRENT].map(on(WINDOW)),
  ...[...RATES, ...PERIODS, ...SHARDS, ...STARTS].map(on(SLIDING)),
  ...[...RATES, ...PERIODS, ...each("rate", [1001])].map(on(LOG)),
  ...[...RATES, ...SAVINGS, ...SHARDS].map(on(CALENDAR)),
  ...each("timeZone", ["Mars/Olympus", ""]).map(on(CALENDAR)),
  ...each("utcOffsetMinutes", [0.5, 841, -841, ...NO_NUMBERS]).map(on(CALENDAR)),
  on(CALENDAR)({
    field: "utcOffsetMinutes",
    option: { timeZone: "Europe/Berlin", utcOffsetMinutes: 60 },
  }),
  ...each("max", [0, -1, 2.5, 1001, ...NO_NUMBERS]).map(on(LEASES)),
  ...each("ttlMs", [0, -1, 11 * 366 * DAY, ...NO_NUMBERS]).map(on(LEASES)),
];

/** What only callers without types can write; the component's own validators refuse it unread. */
const ILL_TYPED = [
  ...each("kind", ["leaky bucket", "constructor", undefined]).map(on(BUCKET)),
  ...each("rate", ["3", undefined]).map(on(BUCKET)),
  ...each("applyUpdates", ["sometimes"]).map(on(BUCKET)),
  ...each("overrides", ["yes"]).map(on(BUCKET)),
  ...each("unit", ["fortnight", undefined]).map(on(CALENDAR)),
  ...each("capasity", [3]).map(on(WINDOW)),
  ...each("period", [HOUR]).map(on(CALENDAR)),
];

function on(good: RateLimitConfig) {
  return ({ field, option }: { field: string; option: object }) => ({
    field,
    config: { ...good, ...option } as RateLimitConfig,
  });
}

function setup() {
  const t = convexTest(defineSchema({}), { "./_generated/api.js": () => Promise.resolve({}) });
  register(t);
  return t;
}

/** The data of the errors that calls throw, which must not have written anything. */
function thrown(calls: readonly ((ctx: Ctx) => Promise<unknown>)[]) {
  return setup().run(async (ctx) => {
    const errors = [];
    for (const call of calls) {
      const error: unknown = await call(ctx).then(
        () => "nothing was thrown",
        (error: unknown) => error,
      );
      errors.push(isRateLimiterError(error) ? error.data : { error: String(error) });
    }
    expect((await ctx.meta.getTransactionMetrics()).documentsWritten.used).toBe(0);
    return errors;
  });
}

describe.each([...BAD, ...ILL_TYPED])("$field of $config", ({ field, config }) => {
  const data = { code: "INVALID_RATE_LIMIT", field, name: "a" };

  test("is refused where the limit is defined", () => {
    const error = { data: expect.objectContaining(data) };
    const define = () => new RateLimiter(component, { good: BUCKET, a: config });
    expect(define).toThrow(expect.objectContaining(error));
  });

  test("is refused inline", async () => {
    const limiter = new RateLimiter(component);
    const errors = await thrown([
      (ctx) => limiter.limit(ctx, "a", { config }),
      (ctx) => limiter.peek(ctx, "a", { config }),
      (ctx) => limiter.acquire(ctx, "a", { config }),
      (ctx) => limiter.reset(ctx, "a", { config }),
    ]);
    for (const error of errors) expect(error).toMatchObject(data);
  });
});

describe.each(BAD)("$field of $config", ({ field, config }) => {
  test("is refused by the component itself", async () => {
    const { limits, reservations, leases, keys, overrides } = component;
    const args = { name: "a", config };
    const paginationOpts = { numItems: 5, cursor: null };
    const own: ((ctx: Ctx) => Promise<unknown>)[] =
      config.kind === "concurrency"
        ? [(ctx) => ctx.runMutation(leases.acquire, args)]
        : [
            (ctx) => ctx.runMutation(limits.rateLimit, args),
            (ctx) => ctx.runQuery(limits.checkRateLimit, args),
            (ctx) => ctx.runMutation(limits.checkRateLimitInMutation, args),
            (ctx) => ctx.runMutation(limits.consume, args),
            (ctx) => ctx.runMutation(limits.limitAll, { items: [args] }),
            (ctx) => ctx.runMutation(limits.charge, args),
            (ctx) => ctx.runMutation(limits.refund, args),
            (ctx) => ctx.runMutation(limits.block, args),
            (ctx) => ctx.runMutation(limits.unblock, args),
            (ctx) => ctx.runQuery(limits.getValue, args),
            (ctx) => ctx.runMutation(reservations.reserve, args),
          ];
    const errors = await thrown([
      ...own,
      (ctx) => ctx.runQuery(limits.peek, args),
      (ctx) => ctx.runMutation(limits.peekInMutation, args),
      (ctx) => ctx.runMutation(limits.resetRateLimit, args),
      (ctx) => ctx.runQuery(keys.list, { ...args, paginationOpts }),
      (ctx) =>
        ctx.runMutation(overrides.setOverride, {
          name: "a",
          config: { ...config, overrides: true },
          override: {},
        }),
    ]);
    for (const error of errors)
      expect(error).toMatchObject({ code: "INVALID_RATE_LIMIT", field, name: "a" });
  });
});
