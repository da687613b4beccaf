import { expect, test } from "vitest";
import type { RateLimitStatus } from "../shared/validators.js";
import { rateLimitHeaders } from "./headers.js";

const NOW = new Date("2026-01-01T00:00:00Z").getTime();

function status(fields: Partial<RateLimitStatus> = {}): RateLimitStatus {
  const granted = { ok: true, name: "api", limit: 100, window: 60_000, remaining: 40, used: 60 };
  return { ...granted, resetAt: NOW + 36_000, ...fields };
}

const refused = (fields: Partial<RateLimitStatus> = {}) =>
  status({
    ok: false,
    remaining: 0,
    used: 100,
    resetAt: NOW + 60_000,
    retryAfter: 1500,
    ...fields,
  });

test("a refusal has three headers, with seconds rounded up", () => {
  expect(rateLimitHeaders(refused(), { now: NOW })).toEqual({
    "RateLimit-Policy": '"api";q=100;w=60',
    RateLimit: '"api";r=0;t=2',
    "Retry-After": "2",
  });
});

test("a grant has two headers, and the seconds until all of the limit is back", () => {
  expect(rateLimitHeaders(status(), { now: NOW })).toEqual({
    "RateLimit-Policy": '"api";q=100;w=60',
    RateLimit: '"api";r=40;t=36',
  });
});

test("a reservation is a grant, though its work has to wait", () => {
  const headers = rateLimitHeaders(status({ retryAfter: 5000, remaining: 0 }), { now: NOW });
  expect(headers).not.toHaveProperty("Retry-After");
  expect(headers.RateLimit).toBe('"api";r=0;t=36');
});

test("now is the present unless it is said", () => {
  expect(rateLimitHeaders(status({ resetAt: 0 })).RateLimit).toBe('"api";r=40;t=0');
});

test("several statuses are items of one list, and the longest refusal decides Retry-After", () => {
  const statuses = [
    status({ name: "burst", remaining: 3 }),
    refused({ name: "hour", limit: 1000, window: 3_600_000, retryAfter: 90_000 }),
    refused({ name: "minute" }),
  ];
  expect(rateLimitHeaders(statuses, { now: NOW })).toEqual({
    "RateLimit-Policy": '"burst";q=100;w=60, "hour";q=1000;w=3600, "minute";q=100;w=60',
    RateLimit: '"burst";r=3;t=36, "hour";r=0;t=90, "minute";r=0;t=2',
    "Retry-After": "90",
  });
});

test("no statuses have no headers", () => {
  expect(rateLimitHeaders([], { legacy: true })).toEqual({});
});

test("a key is never told, and the policy of two keys is said once", () => {
  const statuses = [status({ key: "ada@example.com" }), status({ key: "bob", remaining: 0 })];
  expect(rateLimitHeaders(statuses, { now: NOW })).toEqual({
    "RateLimit-Policy": '"api";q=100;w=60',
    RateLimit: '"api";r=40;t=36, "api";r=0;t=36',
  });
});

test("a refusal for good has no Retry-After, even beside one that ends", () => {
  const tooLarge = refused({ reason: "tooLarge", retryAfter: undefined, remaining: 40 });
  expect(rateLimitHeaders(tooLarge, { now: NOW })).toEqual({
    "RateLimit-Policy": '"api";q=100;w=60',
    RateLimit: '"api";r=40;t=60',
  });
  expect(rateLimitHeaders([refused(), tooLarge])).not.toHaveProperty("Retry-After");
  const blocked = refused({ reason: "blocked", retryAfter: Infinity, resetAt: Infinity });
  expect(rateLimitHeaders([blocked, tooLarge, refused()])).not.toHaveProperty("Retry-After");
  expect(rateLimitHeaders(blocked).RateLimit).toBe('"api";r=0');
});

test.each([
  ['say "hi"', '"say \\"hi\\""'],
  ["back\\slash", '"back\\\\slash"'],
  ["a,b;c=d", '"a,b;c=d"'],
  ["größe", '"gr%C3%B6%C3%9Fe"'],
  ["🚀", '"%F0%9F%9A%80"'],
  ["a\r\nSet-Cookie: b\u007f", '"a%0D%0ASet-Cookie: b%7F"'],
  ["\ud800", '"%EF%BF%BD"'],
  ["", '""'],
])("the name %j is sent as the Structured Field string %s", (name, expected) => {
  const headers = rateLimitHeaders(status({ name }), { now: NOW });
  expect(headers["RateLimit-Policy"]).toBe(`${expected};q=100;w=60`);
  expect(headers.RateLimit).toBe(`${expected};r=40;t=36`);
  expect(() => new Headers(headers)).not.toThrow();
});

test.each([
  [{ limit: 2.5, remaining: 1.5 }, '"api";q=2;w=60', '"api";r=1;t=36'],
  [{ remaining: -7 }, '"api";q=100;w=60', '"api";r=0;t=36'],
  [{ window: 1 }, '"api";q=100;w=1', '"api";r=40;t=36'],
  [{ window: 60_001 }, '"api";q=100;w=61', '"api";r=40;t=36'],
  [{ window: 0 }, '"api";q=100', '"api";r=40;t=36'],
  [{ window: Infinity, resetAt: Infinity }, '"api";q=100', '"api";r=40'],
  [{ limit: 2 ** 53 }, '"api";q=999999999999999;w=60', '"api";r=40;t=36'],
])("numbers are whole and within what a Structured Field holds: %j", (fields, policy, limit) => {
  expect(rateLimitHeaders(status(fields), { now: NOW })).toEqual({
    "RateLimit-Policy": policy,
    RateLimit: limit,
  });
});

test("legacy headers speak of the most restrictive status only", () => {
  const legacy = (statuses: RateLimitStatus[]) => {
    const headers = rateLimitHeaders(statuses, { now: NOW, legacy: true });
    return ["Limit", "Remaining", "Reset"].map((field) => headers[`X-RateLimit-${field}`]);
  };
  const many = status({ limit: 7, remaining: 5, resetAt: NOW + 500 });
  const few = status({ limit: 8, remaining: 2 });
  const short = refused({ limit: 9 });
  const long = refused({ limit: 10, remaining: 1, retryAfter: 9000 });
  const forGood = refused({ limit: 11, retryAfter: undefined, resetAt: Infinity });
  expect(legacy([many])).toEqual(["7", "5", String(NOW / 1000 + 1)]);
  expect(legacy([many, few])).toEqual(["8", "2", String(NOW / 1000 + 36)]);
  expect(legacy([few, short, many])).toEqual(["9", "0", String(NOW / 1000 + 60)]);
  expect(legacy([short, long, few])).toEqual(["10", "1", String(NOW / 1000 + 60)]);
  expect(legacy([long, forGood, short])).toEqual(["11", "0", undefined]);
});
