import { convexTest } from "convex-test";
import { componentsGeneric, defineSchema, makeFunctionReference } from "convex/server";
import { describe, expect, test } from "vitest";
import type { ComponentApi } from "../component/_generated/component.js";
import type { RateLimitConfig } from "../shared/kinds.js";
import type { GetValueReturns } from "../shared/validators.js";
import { register } from "../test.js";
import { hookAPI, type HookArgs } from "./hookAPI.js";
import { HOUR, RateLimiter } from "./index.js";

const { rateLimiter: component } = componentsGeneric() as unknown as { rateLimiter: ComponentApi };

const SEND = { kind: "token bucket", rate: 3, period: HOUR } as const;
const OTHER = { kind: "token bucket", rate: 99, period: HOUR } as const;

const limiter = new RateLimiter(component, { send: SEND, other: OTHER });

/** As a name is to the hook: not known to be defined. */
const untyped: RateLimiter<Record<string, RateLimitConfig>> = limiter;

function setup(name: string, options: Parameters<typeof hookAPI>[1] = {}) {
  const functions = hookAPI(name, options, (ctx, { name, ...limit }) =>
    untyped.getValue(ctx, name, limit),
  );
  const t = convexTest(defineSchema({}), {
    "./_generated/api.js": () => Promise.resolve({}),
    "./hook.js": () => Promise.resolve(functions),
  });
  register(t);
  return t;
}

const getRateLimit = makeFunctionReference<"query", HookArgs, GetValueReturns>("hook:getRateLimit");

test("the query reads the shared limit when no key is configured", async () => {
  const t = setup("send");
  await t.run((ctx) => limiter.limit(ctx, "send"));
  expect(await t.query(getRateLimit, {})).toMatchObject({ value: 2, shard: 0 });
});

test("the query reads a fixed key", async () => {
  const t = setup("send", { key: "ada" });
  await t.run((ctx) => limiter.limit(ctx, "send", { key: "ada" }));
  expect(await t.query(getRateLimit, {})).toMatchObject({ value: 2 });
});

test("a key function decides by identity and may use what the client proposes", async () => {
  const t = setup("send", {
    key: async (ctx, keyFromClient) =>
      (await ctx.auth.getUserIdentity())?.subject ?? `guest:${keyFromClient}`,
  });
  await t.run((ctx) => limiter.limit(ctx, "send", { key: "user1" }));
  await t.run((ctx) => limiter.limit(ctx, "send", { key: "guest:x", count: 2 }));
  const args = { key: "x" };
  expect(await t.query(getRateLimit, args)).toMatchObject({ value: 1 });
  expect(await t.withIdentity({ subject: "user1" }).query(getRateLimit, args)).toMatchObject({
    value: 2,
  });
});

test("a key from the client is refused unless a key function judges it", async () => {
  const refused = { data: { code: "INVALID_RATE_LIMIT", name: "send", field: "key" } };
  for (const fixed of [undefined, "ada"])
    for (const key of ["bob", ""])
      await expect(
        setup("send", { key: fixed }).query(getRateLimit, { key }),
      ).rejects.toMatchObject(refused);
});

test("a config given to the server is that of a name which is not defined", async () => {
  expect(await setup("inline", { config: OTHER }).query(getRateLimit, {})).toMatchObject({
    value: 99,
  });
});

describe("by default", () => {
  test.each([
    { name: "other" },
    { name: "missing" },
    { config: OTHER },
    { name: "other", config: OTHER },
    { sampleShards: 5000 },
    { sampleShards: -1 },
  ])("a client can neither read another limit nor inject a config: %j", async (args) => {
    for (const options of [{}, { allowClientName: false, allowClientConfig: false }])
      expect(await setup("send", options).query(getRateLimit, args)).toMatchObject({
        value: 3,
        config: { rate: 3, period: HOUR },
      });
  });
});

describe("with allowClientName", () => {
  const options = { allowClientName: true };

  test("a client may read any defined limit, and reads its own if it names none", async () => {
    const t = setup("send", options);
    await t.run((ctx) => limiter.limit(ctx, "other"));
    expect(await t.query(getRateLimit, { name: "other" })).toMatchObject({ value: 98 });
    expect(await t.query(getRateLimit, {})).toMatchObject({ value: 3 });
  });

  test("the key is still the server's", async () => {
    const t = setup("send", { ...options, key: "ada" });
    await t.run((ctx) => limiter.limit(ctx, "other", { key: "ada" }));
    expect(await t.query(getRateLimit, { name: "other" })).toMatchObject({ value: 98 });
    await expect(t.query(getRateLimit, { name: "other", key: "bob" })).rejects.toMatchObject({
      data: { field: "key" },
    });
  });

  test.each([
    { name: "missing" },
    { name: "" },
    { name: "constructor" },
    { name: "missing", config: OTHER },
  ])("a name that is not defined stays unknown, and a config ignored: %j", async (args) => {
    await expect(setup("send", options).query(getRateLimit, args)).rejects.toMatchObject({
      data: { code: "LIMIT_NOT_DEFINED", name: args.name },
    });
  });

  test("the server's own config is not lent to another name", async () => {
    const t = setup("inline", { ...options, config: OTHER });
    expect(await t.query(getRateLimit, { name: "inline" })).toMatchObject({ value: 99 });
    expect(await t.query(getRateLimit, { name: "send" })).toMatchObject({ value: 3 });
    await expect(t.query(getRateLimit, { name: "missing" })).rejects.toMatchObject({
      data: { code: "LIMIT_NOT_DEFINED" },
    });
  });
});

describe("with allowClientConfig", () => {
  const options = { allowClientConfig: true };

  test("a client sees its limit by its own config, and no other limit", async () => {
    const t = setup("send", options);
    const config = { ...SEND, rate: 10 };
    expect(await t.query(getRateLimit, { name: "other", config })).toMatchObject({
      value: 10,
      config: { rate: 10 },
    });
    expect(await t.query(getRateLimit, { name: "other" })).toMatchObject({ value: 3 });
  });

  test("a config that can never work is refused", async () => {
    const config = { ...SEND, period: 0 };
    await expect(setup("send", options).query(getRateLimit, { config })).rejects.toMatchObject({
      data: { code: "INVALID_RATE_LIMIT", field: "period" },
    });
  });

  test("and allowClientName a name needs no definition", async () => {
    const t = setup("send", { ...options, allowClientName: true });
    expect(await t.query(getRateLimit, { name: "mine", config: OTHER })).toMatchObject({
      value: 99,
    });
  });
});

test("the server's time comes from a mutation, which is never cached", async () => {
  const before = Date.now();
  const time: unknown = await setup("send").mutation(
    makeFunctionReference<"mutation">("hook:getServerTime"),
    {},
  );
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(Date.now());
});
