import { SUPPORT } from "@convex-suite/rate-limiter";
import { register } from "@convex-suite/rate-limiter/test";
import { convexTest } from "convex-test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { api } from "./_generated/api.js";
import { lab } from "./rateLimiterLab.js";
import schema from "./schema.js";

const modules = import.meta.glob(["./**/*.ts", "./**/*.js", "!./**/*.test.ts"]);

const whose = "everybody";

// In the middle of a minute, and standing still: nothing comes back while somebody counts.
beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 20, 12, 0, 30) }));
afterEach(() => void vi.useRealTimers());

function setup() {
  const t = convexTest(schema, modules);
  register(t);
  return t;
}

test("the lab has every kind in every mode that it supports", () => {
  const configs = Object.values(lab.limits ?? {});
  for (const [kind, features] of Object.entries(SUPPORT)) {
    const ofKind = configs.filter((config) => config.kind === kind);
    expect(ofKind.some((config) => "shards" in config)).toBe(features.includes("shards"));
    expect(ofKind.some((config) => "applyUpdates" in config)).toBe(
      features.includes("asynchronously"),
    );
    expect(ofKind).not.toEqual([]);
  }
});

test.each([
  "tokenBucket",
  "tokenBucketShards",
  "tokenBucketConcurrent",
  "slidingLog",
  "calendarShards",
] as const)("a burst of 12 on %s is granted 10, and says what is left", async (name) => {
  const t = setup();
  const burst = await t.action(api.rateLimiterLab.burst, { name, whose, calls: 12 });
  expect(burst).toMatchObject({ granted: 10, refused: 2, failed: 0, remaining: 0 });
  expect(burst.retryAfter).toBeGreaterThan(0);
  expect(burst.headers).toMatchObject({ "Retry-After": expect.any(String) as string });
});

test("500 calls of a concurrent limit in one mutation are granted what it holds", async () => {
  const t = setup();
  const burst = await t.mutation(api.rateLimiterLab.burstInOneMutation, {
    name: "hotKey",
    whose,
    calls: 500,
  });
  expect(burst).toMatchObject({ granted: 3, refused: 497 });
});

test("a burst of no calls has no answer to show", async () => {
  const t = setup();
  const burst = t.action(api.rateLimiterLab.burst, { name: "hotKey", whose, calls: 0 });
  await expect(burst).rejects.toThrow("No call got an answer: 0 failed.");
});

test("what one limit refuses, the others keep", async () => {
  const t = setup();
  const names = ["slidingLog", "hotKey"] as const;
  await t.mutation(api.rateLimiterLab.burstInOneMutation, { name: "hotKey", whose, calls: 3 });
  expect(await t.mutation(api.rateLimiterLab.callAll, { names: [...names], whose })).toEqual({
    ok: false,
    limitedBy: ["hotKey"],
  });
  const log = await t.query(api.rateLimiterLab.getLimit, { name: "slidingLog" });
  expect(log.value).toBe(10);
});

test("a block refuses until it is lifted, and takes nothing", async () => {
  const t = setup();
  const limit = { name: "hotKey", whose } as const;
  const call = () => t.mutation(api.rateLimiterLab.burstInOneMutation, { ...limit, calls: 1 });
  await t.mutation(api.rateLimiterLab.block, limit);
  expect(await call()).toMatchObject({ granted: 0, remaining: 0 });
  await t.mutation(api.rateLimiterLab.unblock, limit);
  expect(await call()).toMatchObject({ granted: 1, remaining: 2 });
});

test("a reset is of one limit, of one key", async () => {
  const t = setup();
  const take = (name: "hotKey" | "slidingLog") =>
    t.mutation(api.rateLimiterLab.burstInOneMutation, { name, whose, calls: 3 });
  await take("hotKey");
  await take("slidingLog");
  await t.mutation(api.rateLimiterLab.reset, { name: "hotKey", whose });
  expect(await take("hotKey")).toMatchObject({ granted: 3 });
  expect(await take("slidingLog")).toMatchObject({ remaining: 4 });
});

test("each address has a limit of its own, and those without one share another", async () => {
  const t = setup();
  const from = (ip: string | null) =>
    t
      .withRequestMetadata({ ip, userAgent: null })
      .action(api.rateLimiterLab.burst, { name: "hotKey", whose: "address", calls: 3 });
  expect(await from("192.0.2.1")).toMatchObject({ key: "192.0.2.1", granted: 3 });
  expect(await from("2001:db8:1:2:3::4")).toMatchObject({ key: "2001:db8:1::/56", granted: 3 });
  expect(await from(null)).toMatchObject({ key: "no address", granted: 3 });
  expect(await from(null)).toMatchObject({ granted: 0 });
});

test("a query has no address, and needs a fallbackKey", async () => {
  const t = setup();
  const check = (fallbackKey?: string) =>
    t.query(api.rateLimiterLab.checkByAddress, { fallbackKey });
  await expect(check()).rejects.toMatchObject({
    data: { code: "INVALID_RATE_LIMIT", field: "key" },
  });
  expect(await check("no address")).toBe(true);
});

test("the page's reset reaches the lab", async () => {
  const t = setup();
  const burst = () =>
    t.mutation(api.rateLimiterLab.burstInOneMutation, { name: "hotKey", whose, calls: 5 });
  await burst();
  await t.mutation(api.rateLimiter.reset);
  expect(await burst()).toMatchObject({ granted: 3 });
});
