import { convexTest } from "convex-test";
import { componentsGeneric, defineSchema } from "convex/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ComponentApi } from "../component/_generated/component.js";
import { register } from "../test.js";
import {
  calculateRateLimit,
  HOUR,
  MINUTE,
  RateLimiter,
  SECOND,
  type RateLimitConfig,
} from "./index.js";

/*
 * The acceptance checks of the specification that are about one kind or one mode, by their numbers.
 */

const { rateLimiter: component } = componentsGeneric() as unknown as { rateLimiter: ComponentApi };
const T0 = new Date("2026-01-01T00:00:00Z").getTime();

/** Histories of thousands of requests, on machines that may be busy. */
vi.setConfig({ testTimeout: 60_000 });

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ["Date"] });
  vi.spyOn(Math, "random").mockImplementation(randomFrom(1));
});

afterEach(() => {
  vi.useRealTimers();
});

function setup() {
  const t = convexTest(defineSchema({}), { "./_generated/api.js": () => Promise.resolve({}) });
  register(t);
  return t;
}

/** Requests of the limit "a", each in a mutation of its own. */
function mount(config: RateLimitConfig, t = setup()) {
  const limiter = new RateLimiter(component, { a: config });
  const limit = (count = 1) => t.run((ctx) => limiter.limit(ctx, "a", { count }));
  const reserve = (count = 1) => t.run((ctx) => limiter.limit(ctx, "a", { count, reserve: true }));
  return { t, limiter, limit, reserve };
}

const at = (milliseconds: number) => vi.setSystemTime(T0 + milliseconds);

async function granted(limit: () => Promise<{ ok: boolean }>, calls: number) {
  let granted = 0;
  for (let call = 0; call < calls; call++) if ((await limit()).ok) granted++;
  return granted;
}

/** Marsaglia's xorshift. */
function randomFrom(seed: number): () => number {
  let state = seed * 2654435761;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const PER_SECOND = { kind: "token bucket", rate: 3, period: SECOND } as const;
const PER_MINUTE = { kind: "token bucket", rate: 10, period: MINUTE } as const;
const PER_HOUR = { kind: "token bucket", rate: 100, period: HOUR } as const;

describe("a token bucket", () => {
  test("1: holds its rate when no capacity is given, and grants at the promised millisecond", async () => {
    const { limit } = mount(PER_SECOND);
    expect(await granted(limit, 3)).toBe(3);
    expect(await limit()).toEqual({ ok: false, retryAfter: 334 });
    at(333);
    expect(await limit()).toEqual({ ok: false, retryAfter: 1 });
    at(334);
    expect(await limit()).toEqual({ ok: true });
  });

  test("2: holds its capacity, and refills at its rate", async () => {
    const { limit } = mount({ ...PER_MINUTE, capacity: 3 });
    expect(await granted(limit, 3)).toBe(3);
    expect(await limit()).toEqual({ ok: false, retryAfter: 6000 });
    at(5999);
    expect(await limit()).toEqual({ ok: false, retryAfter: 1 });
    at(6000);
    expect(await limit()).toEqual({ ok: true });
  });

  test("4: lends as much as maxReserved and no more", async () => {
    const config = { kind: "token bucket", rate: 1, period: HOUR, maxReserved: 1 } as const;
    const { reserve } = mount(config);
    expect(await reserve(2)).toEqual({ ok: true, retryAfter: HOUR });
    expect(await reserve(1)).toMatchObject({ ok: false });
  });
});

describe("a limit with shards", () => {
  test("5: grants counts that no shard could grant alone", async () => {
    const { limit } = mount({ ...PER_MINUTE, shards: 10, capacity: 10 });
    expect(await granted(() => limit(2), 5)).toBe(5);
    expect(await limit(2)).toEqual({ ok: false, retryAfter: 12_000 });
  });

  test.each([
    { shards: 2, capacity: 100, seeds: 30 },
    { shards: 3, capacity: 100, seeds: 20 },
    { shards: 10, capacity: 100, seeds: 20 },
    { shards: 16, capacity: 100, seeds: 20 },
    { shards: 50, capacity: 100, seeds: 10 },
    { shards: 10, capacity: 10, seeds: 100 },
  ])(
    "6: grants all of its capacity and not one more, with any luck: %o",
    async ({ seeds, ...config }) => {
      for (let seed = 1; seed <= seeds; seed++) {
        vi.mocked(Math.random).mockImplementation(randomFrom(seed * 1000 + config.shards));
        const { limit } = mount({ ...PER_HOUR, ...config });
        expect(await granted(limit, config.capacity), `seed ${seed}`).toBe(config.capacity);
        expect(await limit(), `seed ${seed}`).toMatchObject({ ok: false });
      }
    },
  );

  test("7: a changed number of shards mints nothing", async () => {
    const t = setup();
    const mounted = (shards: number) => mount({ ...PER_HOUR, shards }, t);
    expect(await granted(mounted(1).limit, 101)).toBe(100);
    expect(await granted(mounted(10).limit, 20)).toBe(0);
    at(36 * SECOND);
    expect(await granted(mounted(10).limit, 20)).toBe(1);
    expect(await granted(mounted(1).limit, 20)).toBe(0);
    expect(await granted(mounted(10).limit, 20)).toBe(0);
    expect(await granted(mounted(20).limit, 20)).toBe(0);
  });

  test("7: what is promised after the number of shards has changed holds", async () => {
    const t = setup();
    await mount({ ...PER_HOUR, shards: 10 }, t).limit(10);
    const { limit } = mount({ ...PER_HOUR, shards: 20 }, t);
    expect(await limit(95)).toEqual({ ok: false, retryAfter: 3 * MINUTE });
    at(3 * MINUTE - 1);
    expect(await limit(95)).toEqual({ ok: false, retryAfter: 1 });
    at(3 * MINUTE);
    expect(await limit(95)).toEqual({ ok: true });
  });

  test.each([1, 3, 16])(
    "8: check and limit of one mutation agree in 1000 states of %d shards",
    async (shards) => {
      const random = randomFrom(shards);
      const config = { kind: "token bucket", rate: 20, period: MINUTE, maxReserved: 5 } as const;
      const { t, limiter } = mount({ ...config, shards });
      const answers = { true: 0, false: 0 };
      for (let state = 0; state < 1000; state++) {
        vi.setSystemTime(Date.now() + random() * 12 * SECOND);
        const options = { count: Math.floor(random() * 8), reserve: random() < 0.1 };
        await t.run(async (ctx) => {
          const checked = await limiter.check(ctx, "a", options);
          expect(await limiter.limit(ctx, "a", options), `state ${state}`).toEqual(checked);
          answers[`${checked.ok}`]++;
        });
      }
      expect(Math.min(answers.true, answers.false)).toBeGreaterThan(100);
    },
  );

  test("18: the value of all shards together continues by the whole limit's config", async () => {
    const { t, limiter, limit } = mount({ ...PER_HOUR, shards: 10 });
    expect(await granted(limit, 50)).toBe(50);
    await t.run(async (ctx) => {
      const value = await limiter.getValue(ctx, "a");
      expect(value).toMatchObject({ value: 50, config: { capacity: 100 } });
      expect(calculateRateLimit(value, value.config, Date.now(), 20).value).toBe(30);
      await expect(limiter.getValue(ctx, "a", { sampleShards: -1 })).rejects.toMatchObject({
        data: { code: "INVALID_RATE_LIMIT", field: "sampleShards" },
      });
    });
  });
});

describe("a fixed window", () => {
  test("9: grants before the start that was given", async () => {
    const start = T0 + 2 * HOUR;
    const { limit } = mount({ kind: "fixed window", rate: 5, period: HOUR, start });
    expect(await granted(limit, 5)).toBe(5);
    expect(await limit()).toEqual({ ok: false, retryAfter: HOUR });
  });

  test("10: saves up to its capacity, and adds its rate at the minute's boundary", async () => {
    const window = { kind: "fixed window", rate: 10, period: MINUTE, start: 0 } as const;
    const { limit } = mount({ ...window, capacity: 25 });
    expect(await limit(25)).toEqual({ ok: true });
    at(10 * MINUTE);
    expect(await granted(limit, 25)).toBe(25);
    expect(await limit()).toEqual({ ok: false, retryAfter: MINUTE });
    at(11 * MINUTE - 1);
    expect(await limit()).toEqual({ ok: false, retryAfter: 1 });
    at(11 * MINUTE);
    expect(await granted(limit, 20)).toBe(10);
  });
});

describe("11:", () => {
  test("a sliding window gives back evenly what the window before had used", async () => {
    const { limit } = mount({ kind: "sliding window", rate: 10, period: MINUTE, start: 0 });
    expect(await granted(limit, 11)).toBe(10);
    at(60 * SECOND);
    expect(await granted(limit, 5)).toBe(0);
    at(66 * SECOND);
    expect(await granted(limit, 5)).toBe(1);
    at(90 * SECOND);
    expect(1 + (await granted(limit, 10))).toBe(5);
  });

  test("a sliding log gives everything back a period after it was used", async () => {
    const { limit } = mount({ kind: "sliding log", rate: 10, period: MINUTE });
    expect(await granted(limit, 11)).toBe(10);
    at(MINUTE - 1);
    expect(await limit()).toEqual({ ok: false, retryAfter: 1 });
    at(MINUTE);
    expect(await granted(limit, 11)).toBe(10);
  });
});

describe("17: a concurrent limit", () => {
  const concurrent = { ...PER_HOUR, applyUpdates: "asynchronously" } as const;

  test("looks the same whatever checkpoints and sweeps there were", async () => {
    const { t, limiter, limit } = mount(concurrent);
    const peek = () => t.run((ctx) => limiter.peek(ctx, "a"));
    const random = randomFrom(17);
    for (let call = 0; call < 60; call++) {
      // A checkpoint is made when this is less than the tail's length / 128.
      vi.mocked(Math.random).mockReturnValue(random() < 0.3 ? 0 : 0.999);
      await limit();
      const before = await peek();
      while (random() < 0.5) await t.run((ctx) => limiter.sweep(ctx));
      expect(await peek()).toEqual(before);
      vi.setSystemTime(Date.now() + random() * 30 * SECOND);
    }
    expect(await peek()).toMatchObject({
      used: expect.closeTo(60 - (Date.now() - T0) / 36_000, 6),
    });
  });

  test.each(["token bucket", "fixed window"] as const)(
    "answers 2000 requests as an exact one: %s",
    async (kind) => {
      const config = { kind, rate: 50, period: MINUTE } as const;
      const t = setup();
      const exact = mount(config, t);
      const limiter = new RateLimiter(component, {
        b: { ...config, start: await startOf(exact), applyUpdates: "asynchronously" } as never,
      });
      const random = randomFrom(18);
      for (let call = 0; call < 2000; call++) {
        const count = Math.floor(random() * 4);
        const answer = await t.run((ctx) => limiter.limit(ctx, "b", { count }));
        expect(answer, `call ${call}`).toEqual(await exact.limit(count));
        vi.setSystemTime(Date.now() + Math.floor(random() * 3000));
        if (call % 20 === 0) await t.run((ctx) => limiter.sweep(ctx));
      }
    },
  );

  /** A window's start follows from its name. */
  async function startOf({ t, limiter }: ReturnType<typeof mount>) {
    const { config } = await t.run((ctx) => limiter.getValue(ctx, "a"));
    return "start" in config ? config.start : undefined;
  }
});
