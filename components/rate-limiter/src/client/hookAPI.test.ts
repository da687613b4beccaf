import { convexTest } from "convex-test";
import { componentsGeneric, defineSchema, makeFunctionReference } from "convex/server";
import { expect, test } from "vitest";
import type { ComponentApi } from "../component/_generated/component.js";
import { register } from "../test.js";
import { HOUR, RateLimiter } from "./index.js";

const { rateLimiter: component } = componentsGeneric() as unknown as { rateLimiter: ComponentApi };

const limiter = new RateLimiter(component, {
  send: { kind: "token bucket", rate: 3, period: HOUR },
  secret: { kind: "token bucket", rate: 99, period: HOUR },
});

function setup() {
  const t = convexTest(defineSchema({}), {
    "./_generated/api.js": () => Promise.resolve({}),
    "./shared.js": () => Promise.resolve(limiter.hookAPI("send")),
    "./fixed.js": () => Promise.resolve(limiter.hookAPI("send", { key: "ada" })),
    "./checked.js": () =>
      Promise.resolve(
        limiter.hookAPI("send", {
          key: async (ctx, keyFromClient) =>
            (await ctx.auth.getUserIdentity())?.subject ?? `guest:${keyFromClient}`,
        }),
      ),
  });
  register(t);
  return t;
}

const getRateLimit = (module: "shared" | "fixed" | "checked") =>
  makeFunctionReference<"query">(`${module}:getRateLimit`);

test("the query reads the shared limit when no key is configured", async () => {
  const t = setup();
  await t.run((ctx) => limiter.limit(ctx, "send"));
  expect(await t.query(getRateLimit("shared"), {})).toMatchObject({ value: 2, shard: 0 });
});

test("the query reads a fixed key", async () => {
  const t = setup();
  await t.run((ctx) => limiter.limit(ctx, "send", { key: "ada" }));
  expect(await t.query(getRateLimit("fixed"), {})).toMatchObject({ value: 2 });
});

test("a key function decides by identity and may use what the client proposes", async () => {
  const t = setup();
  await t.run((ctx) => limiter.limit(ctx, "send", { key: "user1" }));
  await t.run((ctx) => limiter.limit(ctx, "send", { key: "guest:x", count: 2 }));
  const args = { key: "x" };
  expect(await t.query(getRateLimit("checked"), args)).toMatchObject({ value: 1 });
  expect(
    await t.withIdentity({ subject: "user1" }).query(getRateLimit("checked"), args),
  ).toMatchObject({ value: 2 });
});

test("a key from the client is refused unless a key function judges it", async () => {
  const refused = { data: { code: "INVALID_RATE_LIMIT", field: "key" } };
  for (const module of ["shared", "fixed"] as const)
    for (const key of ["bob", ""])
      await expect(setup().query(getRateLimit(module), { key })).rejects.toMatchObject(refused);
});

test.each([
  { name: "secret" },
  { config: { kind: "token bucket", rate: 1, period: 1 } },
  { sampleShards: 5000 },
])("a client can neither read another limit nor inject a config: %j", async (args) => {
  const value: unknown = await setup().query(getRateLimit("shared"), args);
  expect(value).toMatchObject({ value: 3, config: { rate: 3, period: HOUR } });
});

test("the server's time comes from a mutation, which is never cached", async () => {
  const before = Date.now();
  const time: unknown = await setup().mutation(
    makeFunctionReference<"mutation">("shared:getServerTime"),
    {},
  );
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(Date.now());
});
