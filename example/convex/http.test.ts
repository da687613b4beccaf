import { register } from "@convex-suite/rate-limiter/test";
import { convexTest } from "convex-test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { api } from "./_generated/api.js";
import schema from "./schema.js";

const modules = import.meta.glob(["./**/*.ts", "./**/*.js", "!./**/*.test.ts"]);

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 20) }));
afterEach(() => void vi.useRealTimers());

function setup() {
  const t = convexTest(schema, modules);
  register(t);
  const request = (ip: string | null) =>
    t.withRequestMetadata({ ip, userAgent: null }).fetch("/api/limited");
  return { t, request };
}

test("a granted request is told what is left of both limits", async () => {
  const { request } = setup();
  const response = await request("192.0.2.1");
  expect(response.status).toBe(200);
  expect(await response.text()).toBe("Hello, 192.0.2.1");
  // January has 31 days.
  expect(response.headers.get("RateLimit-Policy")).toBe(
    '"perAddress";q=5;w=10, "perMonth";q=1000;w=2678400',
  );
  expect(response.headers.get("RateLimit")).toMatch(
    /^"perAddress";r=4;t=\d+, "perMonth";r=999;t=\d+$/,
  );
  expect(response.headers.has("Retry-After")).toBe(false);
});

test("a sixth request within ten seconds is a 429 that says when to retry", async () => {
  const { request } = setup();
  for (let call = 0; call < 5; call++) expect((await request("192.0.2.1")).status).toBe(200);
  const refused = await request("192.0.2.1");
  expect(refused.status).toBe(429);
  const waitS = Number(refused.headers.get("Retry-After"));
  expect(refused.headers.get("RateLimit")).toContain(`"perAddress";r=0;t=${waitS}`);
  // What perAddress refused cost nothing of the month.
  expect(refused.headers.get("RateLimit")).toContain('"perMonth";r=995');
  vi.advanceTimersByTime(waitS * 1_000);
  expect((await request("192.0.2.1")).status).toBe(200);
});

test("other addresses are not limited by it, and those unknown share one limit", async () => {
  const { request } = setup();
  for (let call = 0; call < 6; call++) await request("192.0.2.1");
  expect((await request("192.0.2.2")).status).toBe(200);
  for (let call = 0; call < 5; call++) await request(null);
  expect(await (await request(null)).text()).toBe("Too many requests from no address");
});

test("a page of another origin may read the headers", async () => {
  const { request } = setup();
  const { headers } = await request("192.0.2.1");
  expect(headers.get("Access-Control-Allow-Origin")).toBe("*");
  expect(headers.get("Access-Control-Expose-Headers")).toBe(
    "RateLimit, RateLimit-Policy, Retry-After",
  );
});

test("the page's reset forgets who has called", async () => {
  const { t, request } = setup();
  for (let call = 0; call < 6; call++) await request("192.0.2.1");
  await t.mutation(api.rateLimiter.reset);
  expect((await request("192.0.2.1")).status).toBe(200);
});
