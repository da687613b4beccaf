import { internal } from "./_generated/api.js";
// #region test
import { register } from "@convex-suite/rate-limiter/test";
import { convexTest } from "convex-test";
import { expect, test } from "vitest";
import { api } from "./_generated/api.js";
import schema from "./schema.js";

const modules = import.meta.glob(["./**/*.ts", "./**/*.js", "!./**/*.test.ts"]);

test("a sixth message is refused", async () => {
  const t = convexTest(schema, modules);
  register(t);
  const send = () => t.mutation(api.rateLimiter.send, { author: "Ada", body: "Hello" });
  for (let call = 0; call < 5; call++) await send();
  await expect(send()).rejects.toMatchObject({ data: { code: "RATE_LIMITED" } });
});
// #endregion

function setup() {
  const t = convexTest(schema, modules);
  register(t);
  return t;
}

test("a message that everybody's limit refuses costs its author nothing", async () => {
  const t = setup();
  await t.run(async (ctx) => {
    const { rateLimiter } = await import("./rateLimiter.js");
    await rateLimiter.limit(ctx, "allMessages", { count: 30 });
  });
  const send = t.mutation(api.rateLimiter.send, { author: "Ada", body: "Hello" });
  await expect(send).rejects.toMatchObject({ data: { name: "allMessages" } });
  expect(await t.query(api.rateLimiter.getAuthorLimit, { key: "Ada" })).toMatchObject({ value: 5 });
  expect(await t.query(api.rateLimiter.messages)).toEqual([]);
});

test("a burst is granted what the bucket holds and told when to retry", async () => {
  const t = setup();
  const burst = await t.action(api.rateLimiter.burst, { author: "Ada", calls: 12 });
  expect(burst.granted).toBe(5);
  expect(burst.refused).toEqual({ sendMessage: 7 });
  expect(burst.retryAfter).toBeGreaterThan(0);
  expect(burst.retryAfter).toBeLessThanOrEqual(6000);
});

test("reset forgets messages and limits alike", async () => {
  const t = setup();
  await t.action(api.rateLimiter.burst, { author: "Ada", calls: 12 });
  await t.mutation(api.rateLimiter.reset);
  expect(await t.query(api.rateLimiter.messages)).toEqual([]);
  expect(await t.query(api.rateLimiter.getAuthorLimit, { key: "Ada" })).toMatchObject({ value: 5 });
});

test("seeding twice seeds once", async () => {
  const t = setup();
  await t.mutation(internal.rateLimiter.seed);
  await t.mutation(internal.rateLimiter.seed);
  expect(await t.query(api.rateLimiter.messages)).toHaveLength(3);
});
