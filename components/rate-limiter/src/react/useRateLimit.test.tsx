// @vitest-environment jsdom
import { act, renderHook } from "@testing-library/react";
import { makeFunctionReference } from "convex/server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { GetValueReturns } from "../shared/validators.js";
import { useRateLimit, type GetRateLimitValueQuery, type GetServerTimeMutation } from "./index.js";

const backend = vi.hoisted(() => ({
  value: undefined as GetValueReturns | undefined,
  serverTime: () => Promise.resolve(0),
  queries: [] as unknown[],
}));

vi.mock("convex/react", () => ({
  useQuery: (_query: unknown, args: unknown) => {
    backend.queries.push(args);
    return backend.value;
  },
  useConvex: () => client,
}));

const client = { mutation: () => backend.serverTime() };

const T0 = new Date("2026-01-01T00:00:00Z").getTime();
const DAY = 86_400_000;
const query = makeFunctionReference<"query">(
  "app:getRateLimit",
) as unknown as GetRateLimitValueQuery;
const getServerTime = makeFunctionReference<"mutation">(
  "app:getServerTime",
) as unknown as GetServerTimeMutation;

function stored(value: number, config: Partial<GetValueReturns["config"]> = {}): GetValueReturns {
  const defaults = { kind: "token bucket", rate: 10, period: 10_000, capacity: 10 } as const;
  return { value, ts: T0, shard: 0, config: { ...defaults, ...config } as typeof defaults };
}

let renders = 0;

function render(options?: Parameters<typeof useRateLimit>[1]) {
  return renderHook(() => {
    renders++;
    return useRateLimit(query, options);
  });
}

beforeEach(() => {
  vi.useFakeTimers({ now: T0 });
  renders = 0;
  backend.value = undefined;
  backend.queries = [];
  backend.serverTime = () => Promise.resolve(Date.now());
});

afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

test("nothing is known while loading", () => {
  const { result } = render();
  expect(result.current.status).toBeUndefined();
  expect(result.current.check()).toBeUndefined();
});

test("the status flips at exactly the instant the request fits", async () => {
  backend.value = stored(-2);
  const { result } = render();
  expect(result.current.status).toEqual({ ok: false, retryAt: T0 + 3000 });
  await pass(2999);
  expect(result.current.status?.ok).toBe(false);
  await pass(1);
  expect(result.current.status).toEqual({ ok: true, retryAt: undefined });
});

test("the count asked for decides", () => {
  backend.value = stored(4);
  expect(render({ count: 4 }).result.current.status).toMatchObject({ ok: true });
  expect(render({ count: 5 }).result.current.status).toEqual({ ok: false, retryAt: T0 + 1000 });
});

test("a check answers for any instant and count without a round trip", () => {
  backend.value = stored(4);
  const { check } = render().result.current;
  expect(check()).toMatchObject({ value: 4, ok: true, shard: 0 });
  expect(check(T0 + 2000, 8)).toMatchObject({ value: -2, ok: false, retryAt: T0 + 4000 });
});

test("a fixed window says when the next one starts", () => {
  backend.value = stored(0, { kind: "fixed window", start: T0 - 4000 });
  expect(render().result.current.status).toEqual({ ok: false, retryAt: T0 + 6000 });
});

test.each([NaN, 10.0005, 11, Infinity])(
  "a count of %d, which can never fit, is never ok and renders once",
  async (count) => {
    backend.value = stored(10);
    const { result } = render({ count });
    await pass(1000);
    expect(result.current.status).toEqual({ ok: false, retryAt: Infinity });
    expect(renders).toBe(1);
  },
);

test("a retry sixty days ahead waits quietly and is then honoured", async () => {
  backend.value = stored(0, { rate: 1, period: 60 * DAY, capacity: 1 });
  const { result } = render();
  await pass(1000);
  expect(renders).toBe(1);
  await pass(60 * DAY - 2000);
  expect(result.current.status?.ok).toBe(false);
  await pass(1000);
  expect(result.current.status?.ok).toBe(true);
  expect(renders).toBeLessThan(6);
});

test("a clock that is wrong by an hour is corrected by the server's", async () => {
  backend.value = stored(-2);
  vi.setSystemTime(T0 - 3_600_000);
  backend.serverTime = () => Promise.resolve(T0);
  const { result } = render({ getServerTimeMutation: getServerTime });
  await pass(0);
  expect(result.current.status).toEqual({ ok: false, retryAt: T0 - 3_600_000 + 3000 });
  expect(result.current.check()?.ts).toBe(T0 - 3_600_000);
});

test("half of the time that the server's answer took is allowed for", async () => {
  backend.value = stored(-2);
  vi.setSystemTime(T0 - 10_000);
  backend.serverTime = () => new Promise((resolve) => setTimeout(() => resolve(T0 + 200), 400));
  const { result } = render({ getServerTimeMutation: getServerTime });
  await pass(400);
  expect(result.current.status).toEqual({ ok: false, retryAt: T0 - 10_000 + 3000 });
});

test("an unreachable server leaves this machine's clock in charge", async () => {
  backend.value = stored(-2);
  backend.serverTime = () => Promise.reject(new Error("offline"));
  const { result } = render({ getServerTimeMutation: getServerTime });
  await pass(0);
  expect(result.current.status).toEqual({ ok: false, retryAt: T0 + 3000 });
});

test("the key is sent only when there is one", () => {
  backend.value = stored(1);
  render();
  render({ key: "ada" });
  expect(backend.queries).toEqual([{}, { key: "ada" }]);
});

test("the status keeps its identity while it does not change", () => {
  backend.value = stored(1);
  const { result, rerender } = render();
  const { status, check } = result.current;
  rerender();
  expect(result.current.status).toBe(status);
  expect(result.current.check).toBe(check);
});
