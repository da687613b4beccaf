import { convexTest } from "convex-test";
import {
  actionGeneric,
  componentsGeneric,
  defineSchema,
  makeFunctionReference,
  queryGeneric,
} from "convex/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ComponentApi } from "../component/_generated/component.js";
import type { GetValueReturns } from "../shared/validators.js";
import { register } from "../test.js";
import { HOUR, RateLimiter, type HookArgs } from "./index.js";

/*
 * Whose limit a call means: check 21 of the specification, and names that nobody defined.
 */

const { rateLimiter: component } = componentsGeneric() as unknown as { rateLimiter: ComponentApi };

const LIMITS = {
  send: { kind: "token bucket", rate: 3, period: HOUR },
  other: { kind: "token bucket", rate: 9, period: HOUR },
  jobs: { kind: "concurrency", max: 2 },
} as const;

const limiter = new RateLimiter(component, LIMITS);
const byAddress = new RateLimiter(component, LIMITS, { defaultKey: "ip" });

const IP = "2001:db8:1:2:3::4";
const KEY = "2001:db8:1::/56";

const functions = {
  ...limiter.hookAPI("send", { key: () => "ada", allowClientName: true }),
  limitInAction: actionGeneric((ctx) => byAddress.consume(ctx, "send")),
  peekInQuery: queryGeneric((ctx) => byAddress.peek(ctx, "send", { fallbackKey: "nobody" })),
  peekByAddressInQuery: queryGeneric((ctx) => byAddress.peek(ctx, "send")),
};

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-01-01T00:00:00Z"), toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

function setup() {
  const t = convexTest(defineSchema({}), {
    "./_generated/api.js": () => Promise.resolve({}),
    "./app.js": () => Promise.resolve(functions),
  });
  register(t);
  return { t, known: t.withRequestMetadata({ ip: IP }), unknown: t.withRequestMetadata({}) };
}

const needsKey = { data: { code: "INVALID_RATE_LIMIT", field: "key", name: "send" } };

describe("21: by address", () => {
  test("a limit's key is the subnet that the request came from", async () => {
    const { known } = setup();
    expect(await known.run((ctx) => limiter.keyFromRequest(ctx))).toBe(KEY);
    expect(await known.run((ctx) => limiter.consume(ctx, "send", { by: "ip" }))).toMatchObject({
      key: KEY,
      remaining: 2,
    });
    expect(await known.run((ctx) => limiter.peek(ctx, "send", { key: KEY }))).toMatchObject({
      used: 1,
    });
    expect(await known.run((ctx) => limiter.peek(ctx, "send"))).toMatchObject({ used: 0 });
  });

  test("a request without an address needs a fallback", async () => {
    const { unknown } = setup();
    expect(await unknown.run((ctx) => limiter.keyFromRequest(ctx))).toBeNull();
    const limit = (fallbackKey?: string) =>
      unknown.run((ctx) => limiter.consume(ctx, "send", { by: "ip", fallbackKey }));
    await expect(limit()).rejects.toMatchObject(needsKey);
    expect(await limit("nobody")).toMatchObject({ key: "nobody", ok: true });
  });

  test("a fallback is not used when there is an address", async () => {
    const options = { by: "ip", fallbackKey: "nobody" } as const;
    const { known } = setup();
    expect(await known.run((ctx) => limiter.consume(ctx, "send", options))).toMatchObject({
      key: KEY,
    });
  });

  test("every operation means the address when that is the default, unless a key is given", async () => {
    const { known, unknown } = setup();
    await known.run(async (ctx) => {
      await byAddress.charge(ctx, "send", { count: 3 });
      expect(await byAddress.limit(ctx, "send")).toMatchObject({ ok: false });
      expect(await byAddress.limit(ctx, "send", { key: "ada" })).toEqual({ ok: true });
      expect(await byAddress.getValue(ctx, "send")).toMatchObject({ value: 0 });
      const { results } = await byAddress.limitAll(ctx, [{ name: "other" }, { name: "send" }]);
      expect(results.map(({ key }) => key)).toEqual([KEY, KEY]);
      await byAddress.reset(ctx, "send");
      expect(await byAddress.reserve(ctx, "send", { count: 3 })).toMatchObject({ ok: true });
      expect(await byAddress.acquire(ctx, "jobs")).toMatchObject({ active: 1 });
    });
    await expect(unknown.run((ctx) => byAddress.reset(ctx, "send"))).rejects.toMatchObject(
      needsKey,
    );
  });

  test("actions know the address, and queries only the fallback", async () => {
    const { known } = setup();
    const limited = known.action(makeFunctionReference<"action">("app:limitInAction"), {});
    expect(await limited).toMatchObject({ key: KEY });
    const peek = makeFunctionReference<"query">("app:peekInQuery");
    expect(await known.query(peek, {})).toMatchObject({ key: "nobody" });
    const refused = known.query(makeFunctionReference<"query">("app:peekByAddressInQuery"), {});
    await expect(refused).rejects.toMatchObject(needsKey);
  });
});

test("a hook with allowClientName reads any defined limit for the server's key, and no other", async () => {
  const { t } = setup();
  await t.run((ctx) => limiter.limit(ctx, "other", { key: "ada" }));
  const read = (args: HookArgs) =>
    t.query(makeFunctionReference<"query", HookArgs, GetValueReturns>("app:getRateLimit"), args);
  expect(await read({ name: "other" })).toMatchObject({ value: 8 });
  expect(await read({})).toMatchObject({ value: 3 });
  for (const name of ["missing", "constructor", "__proto__"])
    await expect(read({ name })).rejects.toMatchObject({ data: { code: "LIMIT_NOT_DEFINED" } });
});
