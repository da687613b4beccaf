import { convexTest } from "convex-test";
import { componentsGeneric, defineSchema, makeFunctionReference } from "convex/server";
import { ConvexError } from "convex/values";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ComponentApi } from "../component/_generated/component.js";
import type { GetValueReturns } from "../shared/validators.js";
import { register } from "../test.js";
import {
  DAY,
  HOUR,
  isRateLimitError,
  MINUTE,
  RateLimiter,
  SECOND,
  type HookArgs,
  type RateLimitConfig,
} from "./index.js";

/*
 * What the official package 0.4.0 was seen to get wrong, by the numbers of the specification: the
 * same inputs, and what it answered in a comment. Those of shards are in defectsOfShards.test.ts.
 */

const { rateLimiter: component } = componentsGeneric() as unknown as { rateLimiter: ComponentApi };
const T0 = new Date("2026-01-01T00:00:00Z").getTime();

/** Histories of thousands of requests, on machines that may be busy. */
vi.setConfig({ testTimeout: 60_000 });

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ["Date"] });
  vi.spyOn(Math, "random").mockReturnValue(0.999);
});

afterEach(() => {
  vi.useRealTimers();
});

function setup(modules: Record<string, () => Promise<object>> = {}) {
  const generated = { "./_generated/api.js": () => Promise.resolve({}) };
  const t = convexTest(defineSchema({}), { ...generated, ...modules });
  register(t);
  return t;
}

/** Requests of the limit "a", each in a mutation of its own. */
function mount(config: RateLimitConfig, t = setup()) {
  const limiter = new RateLimiter(component, { a: config });
  type Options = { count?: number; reserve?: boolean; throws?: boolean };
  const limit = (options: Options = {}) => t.run((ctx) => limiter.limit(ctx, "a", options));
  const check = (options: Options = {}) => t.run((ctx) => limiter.check(ctx, "a", options));
  const value = () => t.run((ctx) => limiter.getValue(ctx, "a"));
  return { t, limiter, limit, check, value };
}

const at = (milliseconds: number) => vi.setSystemTime(T0 + milliseconds);

async function granted(limit: () => Promise<{ ok: boolean }>, calls: number) {
  let granted = 0;
  for (let call = 0; call < calls; call++) if ((await limit()).ok) granted++;
  return granted;
}

const invalid = (field: string) => ({ data: { code: "INVALID_RATE_LIMIT", field } });

const PER_HOUR = { kind: "token bucket", rate: 3, period: HOUR } as const;
const WINDOW = { kind: "fixed window", rate: 5, period: HOUR } as const;

describe("a count", () => {
  // Official: ok, and so were the next 1000 of 1000.
  test.each([PER_HOUR, WINDOW])(
    "D1: that is not a number is refused, and breaks nothing: $kind",
    async (config) => {
      const { limit } = mount(config);
      await expect(limit({ count: NaN })).rejects.toMatchObject(invalid("count"));
      expect(await granted(limit, 100)).toBe(config.rate);
    },
  );

  // Official: ok with 100 tokens stored of 3, and then 3 more admitted.
  test("D2: below zero mints nothing", async () => {
    const { limit, value } = mount(PER_HOUR);
    await limit({ count: 3 });
    await expect(limit({ count: -100 })).rejects.toMatchObject(invalid("count"));
    expect(await value()).toMatchObject({ value: 0 });
    expect(await granted(limit, 3)).toBe(0);
  });

  // Official: a plain Error, which clients of a deployment cannot read.
  test("D6: above the capacity is a typed error in the official words, or a status", async () => {
    const { t, limiter, limit, check } = mount(PER_HOUR);
    const error = {
      data: {
        ...invalid("count").data,
        message: expect.stringContaining("Rate limit a count 4 exceeds 3."),
      },
    };
    await expect(limit({ count: 4 })).rejects.toMatchObject(error);
    await expect(check({ count: 4 })).rejects.toMatchObject(error);
    const consumed = await t.run((ctx) => limiter.consume(ctx, "a", { count: 4 }));
    expect(consumed).toMatchObject({ ok: false, reason: "tooLarge", remaining: 3 });
  });
});

describe("a reservation", () => {
  // Official: ok with 997 tokens of debt, because 0 means "no limit".
  test("D3: borrows nothing when maxReserved is 0", async () => {
    const { limit, value } = mount({ ...PER_HOUR, maxReserved: 0 });
    const reserved = limit({ count: 1000, reserve: true });
    await expect(reserved).rejects.toMatchObject(invalid("count"));
    expect(await granted(() => limit({ reserve: true }), 5)).toBe(3);
    expect(await value()).toMatchObject({ value: 0 });
  });

  // Official: throws and reserves nothing.
  test("D15: that can be granted does not throw", async () => {
    const { limit, value } = mount(PER_HOUR);
    const reserved = await limit({ count: 5, reserve: true, throws: true });
    expect(reserved).toEqual({ ok: true, retryAfter: (2 * HOUR) / 3 });
    expect(await value()).toMatchObject({ value: -2 });
  });
});

// Official: period 0 and rate NaN admit everything, the others are accepted in silence.
test.each([
  ["period", { period: 0 }],
  ["rate", { rate: NaN }],
  ["rate", { rate: -5 }],
  ["rate", { rate: 0 }],
  ["period", { period: -1000 }],
  ["shards", { shards: 0 }],
  ["shards", { shards: 2.5 }],
])("D5: a %s that can never work is refused: %o", async (field, bad) => {
  const error = { data: expect.objectContaining(invalid(field).data) };
  for (const good of [PER_HOUR, WINDOW])
    expect(() => mount({ ...good, ...bad })).toThrow(expect.objectContaining(error));
  const inline = new RateLimiter(component);
  const config = { ...PER_HOUR, ...bad };
  await expect(setup().run((ctx) => inline.limit(ctx, "a", { config }))).rejects.toMatchObject(
    invalid(field),
  );
});

describe("a fixed window", () => {
  // Official: refused for two hours although nothing was used.
  test("D7: that starts in two hours grants now", async () => {
    const { limit } = mount({ ...WINDOW, start: T0 + 2 * HOUR });
    expect(await limit()).toEqual({ ok: true });
  });

  // Official: another wait each time, because the window is drawn at random.
  test("D16: that was never used is the same for every check", async () => {
    const { check, limit } = mount({ ...WINDOW, maxReserved: 10 });
    const answers = [];
    for (let call = 0; call < 5; call++) answers.push(await check({ count: 6, reserve: true }));
    expect(new Set(answers.map(({ retryAfter }) => retryAfter)).size).toBe(1);
    expect(await limit({ count: 6, reserve: true })).toEqual(answers[0]);
  });
});

describe("a retry at the promised instant", () => {
  // Official: refused with a retryAfter of 1.03e-11.
  test.each([93_000, 161, 187])("D8: is granted: one per %d ms", async (period) => {
    const { limit } = mount({ kind: "token bucket", rate: 1, period });
    await limit();
    expect(await limit()).toEqual({ ok: false, retryAfter: period });
    at(period);
    expect(await limit()).toEqual({ ok: true });
  });

  // Official: promises 333.33 ms, and refuses after the 333 that a timer makes of them.
  test("D8: is in whole milliseconds, as timers are", async () => {
    const { limit } = mount({ kind: "token bucket", rate: 3, period: SECOND });
    expect(await granted(limit, 3)).toBe(3);
    expect(await limit()).toEqual({ ok: false, retryAfter: 334 });
    at(334);
    expect(await limit()).toEqual({ ok: true });
  });
});

// Official: returns any limit that the client names, and computes with any config it sends.
test("D12: a client cannot read another limit, nor send a config, nor ask for thousands of shards", async () => {
  const limiter = new RateLimiter(component, { a: PER_HOUR, secret: { ...PER_HOUR, rate: 77 } });
  const api = limiter.hookAPI("a");
  const t = setup({ "./hook.js": () => Promise.resolve(api) });
  const read = (args: HookArgs) =>
    t.query(makeFunctionReference<"query", HookArgs, GetValueReturns>("hook:getRateLimit"), args);
  const injected = { ...PER_HOUR, shards: 5000 };
  for (const args of [
    { name: "secret" },
    { name: "secret", config: PER_HOUR },
    { sampleShards: 5000, config: injected },
  ])
    expect(await read(args)).toMatchObject({ value: 3, config: { rate: 3, shards: 1 } });
});

// Official: a TypeError, "Cannot read properties of null".
test("D13: an error with null for its data is no refusal", () => {
  expect(isRateLimitError(new ConvexError(null))).toBe(false);
});

// Official: 500 ok, then 500 more, and 13.9 days to wait.
test("D14: a concurrent limit grants what it holds, in one mutation or in many", async () => {
  const { t, limiter, limit } = mount({ ...PER_HOUR, applyUpdates: "asynchronously" });
  const inOne = t.run((ctx) => granted(() => limiter.limit(ctx, "a"), 500));
  expect(await inOne).toBe(3);
  expect(await granted(limit, 500)).toBe(0);
  expect(await limit()).toEqual({ ok: false, retryAfter: HOUR / 3 });
});

describe("documents", () => {
  const perAddress = new RateLimiter(component, {
    a: { kind: "token bucket", rate: 1, period: SECOND },
    exhausted: { kind: "token bucket", rate: 1, period: 24 * HOUR },
  });

  // Official: all 500 rows are stored for ever, and nothing lists them.
  test("D17: of 500 addresses are listed, and gone after a sweep a year later", async () => {
    const t = setup();
    const list = () =>
      t.run((ctx) => perAddress.list(ctx, "a", { paginationOpts: { numItems: 50, cursor: null } }));
    await t.run(async (ctx) => {
      for (let host = 0; host < 500; host++)
        await perAddress.limit(ctx, "a", { key: `192.0.2.${host}` });
    });
    at(365 * DAY);
    expect((await list()).page).toHaveLength(50);
    let deleted = 0;
    let isDone = false;
    while (!isDone) {
      const batch = await t.run((ctx) => perAddress.sweep(ctx));
      deleted += batch.deleted;
      ({ isDone } = batch);
    }
    expect(deleted).toBe(500);
    expect((await list()).page).toEqual([]);
  });

  // Official: goes by the row's creation, so that the next request is ok.
  test("D17b: of an exhausted limit outlive a clean-up of what is older", async () => {
    const t = setup();
    const limit = () => t.run((ctx) => perAddress.limit(ctx, "exhausted"));
    expect(await limit()).toEqual({ ok: true });
    at(HOUR);
    await t.run((ctx) => perAddress.clearAll(ctx, { before: Date.now() - 30 * MINUTE }));
    expect(await limit()).toEqual({ ok: false, retryAfter: 23 * HOUR });
  });
});

// Official: '"[Function]" is not a supported Convex type', found on the prototype.
test("D18: a limit named constructor is not defined", async () => {
  const untyped: RateLimiter<Record<string, RateLimitConfig>> = mount(PER_HOUR).limiter;
  const limited = setup().run((ctx) => untyped.limit(ctx, "constructor"));
  await expect(limited).rejects.toMatchObject({ data: { code: "LIMIT_NOT_DEFINED" } });
});

describe("D20: a clock that steps back", () => {
  // Official: refused for two hours with 4 of 5 left.
  test("locks no fixed window", async () => {
    const { limit } = mount(WINDOW);
    await limit();
    at(-2 * HOUR);
    expect(await granted(limit, 5)).toBe(4);
  });

  // Official: refused for 62 seconds with 59 of 60 left.
  test("locks no token bucket, and refills it from then on", async () => {
    const { limit } = mount({ kind: "token bucket", rate: 60, period: MINUTE });
    await limit();
    at(-2 * MINUTE);
    expect(await granted(limit, 60)).toBe(59);
    expect(await limit()).toEqual({ ok: false, retryAfter: SECOND });
  });
});
