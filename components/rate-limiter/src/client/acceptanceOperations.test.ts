import { convexTest } from "convex-test";
import { componentsGeneric, defineSchema } from "convex/server";
import { ConvexError } from "convex/values";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ComponentApi } from "../component/_generated/component.js";
import { register } from "../test.js";
import {
  HOUR,
  isRateLimitError,
  isRateLimiterError,
  MINUTE,
  RateLimiter,
  rateLimitHeaders,
  SECOND,
} from "./index.js";

/*
 * The acceptance checks of the specification that are about operations, by their numbers.
 */

const { rateLimiter: component } = componentsGeneric() as unknown as { rateLimiter: ComponentApi };
const T0 = new Date("2026-01-01T00:00:00Z").getTime();

const limiter = new RateLimiter(component, {
  user: { kind: "token bucket", rate: 3, period: HOUR },
  org: { kind: "token bucket", rate: 10, period: HOUR },
  global: { kind: "fixed window", rate: 1000, period: HOUR, start: 0 },
  sharded: { kind: "token bucket", rate: 100, period: HOUR, shards: 10 },
  log: { kind: "token bucket", rate: 3, period: HOUR, applyUpdates: "asynchronously" },
  second: { kind: "token bucket", rate: 5, period: SECOND },
  custom: { kind: "token bucket", rate: 5, period: SECOND, overrides: true },
  jobs: { kind: "concurrency", max: 3, ttlMs: MINUTE },
});

/** Histories of thousands of requests, on machines that may be busy. */
vi.setConfig({ testTimeout: 60_000 });

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ["Date"] });
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

type Test = Pick<ReturnType<typeof setup>, "run">;
type Ctx = Parameters<Parameters<Test["run"]>[0]>[0];

const at = (milliseconds: number) => vi.setSystemTime(T0 + milliseconds);

describe("12: limitAll", () => {
  const items = [{ name: "user" }, { name: "org" }, { name: "global" }];

  test("takes nothing from any limit when one of them refuses", async () => {
    const t = setup();
    await t.run((ctx) => limiter.limit(ctx, "org", { count: 10 }));
    const refused = await t.run((ctx) => limiter.limitAll(ctx, items));
    expect(refused).toMatchObject({ ok: false, limitedBy: ["org"], retryAfter: 6 * MINUTE });
    expect(refused.results.map(({ ok }) => ok)).toEqual([true, false, true]);
    await t.run(async (ctx) => {
      expect(await limiter.peek(ctx, "user")).toMatchObject({ used: 0 });
      expect(await limiter.peek(ctx, "global")).toMatchObject({ used: 0 });
    });
  });

  test("takes from all of them when all grant, by one call of the component", async () => {
    await setup().run(async (ctx) => {
      const runMutation = vi.fn(ctx.runMutation.bind(ctx)) as typeof ctx.runMutation;
      const runQuery = vi.fn(ctx.runQuery.bind(ctx)) as typeof ctx.runQuery;
      const { ok, results } = await limiter.limitAll({ runMutation, runQuery }, items);
      expect(ok).toBe(true);
      expect(results.map(({ remaining }) => remaining)).toEqual([2, 9, 999]);
      expect(runMutation).toHaveBeenCalledTimes(1);
      expect(runQuery).not.toHaveBeenCalled();
    });
  });

  test("counts what is asked of one limit together", async () => {
    await setup().run(async (ctx) => {
      const twice = [{ name: "user" }, { name: "user", count: 3 }];
      const { ok, limitedBy } = await limiter.limitAll(ctx, twice);
      expect([ok, limitedBy]).toEqual([false, ["user"]]);
      expect(await limiter.peek(ctx, "user")).toMatchObject({ used: 0 });
    });
  });

  test("throws with the name of the first that refused", async () => {
    await setup().run(async (ctx) => {
      await limiter.limit(ctx, "org", { count: 10 });
      await expect(limiter.limitAll(ctx, items, { throws: true })).rejects.toMatchObject({
        data: { code: "RATE_LIMITED", name: "org", retryAfter: 6 * MINUTE },
      });
    });
  });
});

test.each(["user", "log"] as const)(
  "13: a charge goes into debt and a refund ends at unused: %s",
  async (name) => {
    await setup().run(async (ctx) => {
      expect(await limiter.charge(ctx, name, { count: 5 })).toMatchObject({
        remaining: 0,
        used: 5,
      });
      expect(await limiter.limit(ctx, name)).toEqual({ ok: false, retryAfter: HOUR });
      expect(await limiter.refund(ctx, name, { count: 100 })).toMatchObject({
        remaining: 3,
        used: 0,
      });
    });
  },
);

describe.each(["user", "sharded", "log"] as const)("14: a block of %s", (name) => {
  const block = (ctx: Ctx) => limiter.block(ctx, name, { durationMs: MINUTE, reason: "abuse" });

  test("refuses everything until it expires, whatever is left", async () => {
    const t = setup();
    await t.run(block);
    await t.run(async (ctx) => {
      const blocked = { ok: false, retryAfter: MINUTE };
      expect(await limiter.limit(ctx, name)).toEqual(blocked);
      expect(await limiter.check(ctx, name)).toEqual(blocked);
      const status = { ...blocked, reason: "blocked", blockReason: "abuse", remaining: 0 };
      expect(await limiter.peek(ctx, name)).toMatchObject(status);
      expect(await limiter.consume(ctx, name)).toMatchObject(status);
    });
    at(MINUTE - 1);
    expect(await t.run((ctx) => limiter.limit(ctx, name))).toEqual({ ok: false, retryAfter: 1 });
    at(MINUTE);
    expect(await t.run((ctx) => limiter.limit(ctx, name))).toEqual({ ok: true });
  });

  test.each(["reset", "unblock"] as const)("ends with %s", async (end) => {
    const t = setup();
    await t.run(block);
    await t.run(async (ctx) => {
      await limiter[end](ctx, name);
    });
    for (let call = 0; call < 3; call++)
      expect(await t.run((ctx) => limiter.limit(ctx, name))).toEqual({ ok: true });
  });
});

test("15: leases are as many as max, and free when released or expired", async () => {
  const t = setup();
  const acquire = () => t.run((ctx) => limiter.acquire(ctx, "jobs"));
  const ids: string[] = [];
  for (const seconds of [0, 10, 20]) {
    at(seconds * SECOND);
    const lease = await acquire();
    if (lease.ok) ids.push(lease.leaseId);
  }
  const [first = "", second = "", third = ""] = ids;
  expect(await acquire()).toEqual({ ok: false, active: 3, retryAfter: 40 * SECOND });
  await t.run(async (ctx) => {
    expect(await limiter.release(ctx, second)).toBe(true);
    expect(await limiter.release(ctx, second)).toBe(false);
    expect(await limiter.release(ctx, "unknown")).toBe(false);
    expect(await limiter.acquire(ctx, "jobs")).toMatchObject({ ok: true, active: 3 });
    expect(await limiter.renew(ctx, third)).toEqual({ ok: true, expiresAt: T0 + 80 * SECOND });
  });
  at(60 * SECOND);
  await t.run(async (ctx) => {
    expect(await limiter.renew(ctx, first)).toEqual({ ok: false });
    expect(await limiter.acquire(ctx, "jobs")).toMatchObject({ ok: true, active: 3 });
    expect(await limiter.acquire(ctx, "jobs")).toMatchObject({ ok: false });
  });
});

describe("16: a sweep", () => {
  async function sweepAll(t: Test) {
    let deleted = 0;
    for (let batch = 0; batch < 10; batch++) {
      const swept = await t.run((ctx) => limiter.sweep(ctx));
      deleted += swept.deleted;
      if (swept.isDone) return deleted;
    }
    throw new Error("not done after 10 batches");
  }

  const keys = async (t: Test, name: "second" | "custom" | "user" | "sharded") => {
    const paginationOpts = { numItems: 10, cursor: null };
    return (await t.run((ctx) => limiter.list(ctx, name, { paginationOpts }))).page;
  };

  test("deletes every row that has drained", async () => {
    const t = setup();
    await t.run(async (ctx) => {
      for (let key = 0; key < 500; key++) await limiter.limit(ctx, "second", { key: String(key) });
    });
    at(HOUR);
    expect(await sweepAll(t)).toBe(500);
    expect(await keys(t, "second")).toEqual([]);
  });

  test("keeps keys in debt, blocked, or with an override, and every answer", async () => {
    const t = setup();
    await t.run(async (ctx) => {
      await limiter.charge(ctx, "user", { key: "debt", count: 30 });
      await limiter.block(ctx, "sharded", { key: "blocked" });
      await limiter.setOverride(ctx, "custom", { key: "vip", config: { rate: 50 } });
      await limiter.limit(ctx, "custom", { key: "vip", count: 20 });
    });
    at(HOUR);
    const statuses = async () => [
      ...(await keys(t, "user")),
      ...(await keys(t, "sharded")),
      ...(await keys(t, "custom")),
    ];
    const before = await statuses();
    expect(before.map(({ key }) => key)).toEqual(["debt", "blocked", "vip"]);
    await sweepAll(t);
    expect(await statuses()).toEqual(before);
  });

  test("goes on past a batch of rows that have to stay", async () => {
    const t = setup();
    await t.run(async (ctx) => {
      for (const key of Array.from({ length: 256 }, (_, index) => String(index))) {
        await limiter.setOverride(ctx, "custom", { key, config: { rate: 50 } });
        await limiter.limit(ctx, "custom", { key });
      }
    });
    at(10 * MINUTE);
    await t.run((ctx) => limiter.limit(ctx, "second", { key: "idle" }));
    at(HOUR);
    expect(await sweepAll(t)).toBe(1);
    expect(await keys(t, "second")).toEqual([]);
  });
});

test("19: only refusals are refusals, whatever else is thrown", async () => {
  for (const data of [null, undefined, "x", 5])
    expect(isRateLimitError(new ConvexError(data as never))).toBe(false);
  await setup().run(async (ctx) => {
    await limiter.limit(ctx, "user", { count: 3 });
    const thrown = (options: { count?: number; throws?: boolean }) =>
      limiter.limit(ctx, "user", options).catch((error: unknown) => error);
    expect(isRateLimitError(await thrown({ throws: true }))).toBe(true);
    const invalid = await thrown({ count: NaN });
    expect(isRateLimitError(invalid)).toBe(false);
    expect(isRateLimiterError(invalid, "INVALID_RATE_LIMIT")).toBe(true);
  });
});

test("20: what consume and limitAll return becomes headers", async () => {
  await setup().run(async (ctx) => {
    const granted = rateLimitHeaders(await limiter.consume(ctx, "second"));
    expect(granted).toEqual({
      "RateLimit-Policy": '"second";q=5;w=1',
      RateLimit: '"second";r=4;t=1',
    });
    await limiter.limit(ctx, "user", { count: 3 });
    const { results } = await limiter.limitAll(ctx, [{ name: "second" }, { name: "user" }]);
    expect(rateLimitHeaders(results)).toEqual({
      "RateLimit-Policy": '"second";q=5;w=1, "user";q=3;w=3600',
      RateLimit: '"second";r=4;t=1, "user";r=0;t=1200',
      "Retry-After": "1200",
    });
  });
});
