import { convexTest } from "convex-test";
import { componentsGeneric, defineSchema } from "convex/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ComponentApi } from "../component/_generated/component.js";
import { register } from "../test.js";
import { calculateRateLimit, HOUR, isRateLimiterError, RateLimiter, SECOND } from "./index.js";

const { rateLimiter: component } = componentsGeneric() as unknown as { rateLimiter: ComponentApi };
const T0 = new Date("2026-01-01T00:00:00Z").getTime();

const limiter = new RateLimiter(component, {
  send: { kind: "token bucket", rate: 3, period: HOUR },
  sync: { kind: "fixed window", rate: 5, period: HOUR, start: 0 },
});

/** An app without functions of its own: convex-test wants to see where `_generated` is. */
const app = { "./_generated/api.js": () => Promise.resolve({}) };

function setup() {
  const t = convexTest(defineSchema({}), app);
  register(t);
  return t;
}

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a RateLimiter", () => {
  test("limits, checks, resets and reads by name and key", async () => {
    await setup().run(async (ctx) => {
      const key = "ada";
      for (let call = 0; call < 3; call++)
        expect(await limiter.limit(ctx, "send", { key })).toEqual({ ok: true });
      expect(await limiter.limit(ctx, "send", { key })).toEqual({
        ok: false,
        retryAfter: HOUR / 3,
      });
      expect(await limiter.check(ctx, "send", { key })).toMatchObject({ ok: false });
      expect(await limiter.check(ctx, "send", { key: "bob" })).toEqual({ ok: true });
      expect(await limiter.getValue(ctx, "send", { key })).toMatchObject({ value: 0, ts: T0 });
      await limiter.reset(ctx, "send", { key });
      expect(await limiter.limit(ctx, "send", { key })).toEqual({ ok: true });
    });
  });

  test("takes a config inline for a name it does not define", async () => {
    await setup().run(async (ctx) => {
      const config = { kind: "fixed window", rate: 1, period: SECOND } as const;
      expect(await limiter.limit(ctx, "inline", { config })).toEqual({ ok: true });
      expect(await limiter.limit(ctx, "inline", { config })).toMatchObject({ ok: false });
    });
  });

  test("gives values that continue on the caller's side as on the server", async () => {
    await setup().run(async (ctx) => {
      await limiter.limit(ctx, "sync", { count: 4 });
      const value = await limiter.getValue(ctx, "sync");
      expect(calculateRateLimit(value, value.config, Date.now(), 2)).toMatchObject({
        value: -1,
        retryAfter: HOUR,
      });
      expect(calculateRateLimit(value, value.config, T0 + HOUR).value).toBe(5);
      vi.setSystemTime(T0 + HOUR);
      expect(calculateRateLimit(value, value.config).value).toBe(5);
    });
  });

  test("fails when it is constructed with a limit that can never work", () => {
    const construct = () =>
      new RateLimiter(component, { a: { kind: "token bucket", rate: 1, period: 0 } });
    expect(construct).toThrow(
      expect.objectContaining({ data: expect.objectContaining({ field: "period", name: "a" }) }),
    );
  });

  test.each([{ period: 0 }, { shards: 2.5 }, { kind: "leaky bucket" }, { rate: NaN }])(
    "refuses an inline config that can never work, by the field: %j",
    async (bad) => {
      const config = { kind: "token bucket", rate: 1, period: SECOND, ...bad } as never;
      await setup().run(async (ctx) => {
        await expect(limiter.limit(ctx, "inline", { config })).rejects.toMatchObject({
          data: { code: "INVALID_RATE_LIMIT", field: Object.keys(bad)[0] },
        });
      });
    },
  );

  test.each(["missing", "constructor", "toString", "__proto__"])(
    "does not know a limit named %s",
    async (name) => {
      const untyped: { limit(ctx: object, name: string): Promise<unknown> } = limiter as never;
      const error: unknown = await setup().run((ctx) => untyped.limit(ctx, name).catch(String));
      expect(error).toContain("LIMIT_NOT_DEFINED");
      expect(error).toContain(`Rate limit ${name} not defined`);
    },
  );

  test("can be mounted under another name", async () => {
    const { second } = componentsGeneric() as unknown as { second: ComponentApi };
    const t = convexTest(defineSchema({}), app);
    register(t, "second");
    const other = new RateLimiter(second, limiter.limits);
    expect(await t.run((ctx) => other.limit(ctx, "send"))).toEqual({ ok: true });
  });

  test("throws errors that its guard knows across the component boundary", async () => {
    await setup().run(async (ctx) => {
      await limiter.limit(ctx, "send", { count: 3 });
      const error: unknown = await limiter
        .limit(ctx, "send", { throws: true })
        .catch((error: unknown) => error);
      expect(isRateLimiterError(error, "RATE_LIMITED") && error.data.retryAfter).toBe(HOUR / 3);
    });
  });
});
