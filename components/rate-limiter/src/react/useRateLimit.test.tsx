// @vitest-environment jsdom
import { act, renderHook } from "@testing-library/react";
import { makeFunctionReference } from "convex/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { HookArgs } from "../client/hookAPI.js";
import type { GetValueReturns } from "../shared/validators.js";
import { useRateLimit, type UseRateLimitOptions } from "./index.js";

const backend = vi.hoisted(() => ({
  value: undefined as GetValueReturns | undefined,
  serverTime: () => Promise.resolve(0),
  queries: [] as unknown[],
  mutations: 0,
  client: {},
}));

vi.mock("convex/react", () => ({
  useQuery: (_query: unknown, args: unknown) => {
    backend.queries.push(args);
    return backend.value;
  },
  useConvex: () => backend.client,
}));

/** Another connection, about whose clock nothing is known yet. */
function connect() {
  const mutation = () => {
    backend.mutations++;
    return backend.serverTime();
  };
  backend.client = { mutation };
}

const T0 = new Date("2026-01-01T00:00:00Z").getTime();
const DAY = 86_400_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const query = makeFunctionReference<"query", HookArgs, GetValueReturns>("app:getRateLimit");
const getServerTime = makeFunctionReference<"mutation", Record<string, never>, number>("app:time");

function stored(value: number, config: Partial<GetValueReturns["config"]> = {}): GetValueReturns {
  const defaults = {
    kind: "token bucket",
    rate: 10,
    period: 10_000,
    capacity: 10,
    shards: 1,
  } as const;
  return { value, ts: T0, shard: 0, config: { ...defaults, ...config } as typeof defaults };
}

let renders = 0;

function render(options?: UseRateLimitOptions) {
  return renderHook(() => {
    renders++;
    return useRateLimit(query, options);
  });
}

beforeEach(() => {
  vi.useFakeTimers({ now: T0 });
  renders = 0;
  Object.assign(backend, { value: undefined, queries: [], mutations: 0 });
  connect();
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

test("a retry sixty days ahead waits quietly, in as few timers as can hold it", async () => {
  backend.value = stored(0, { rate: 1, period: 60 * DAY, capacity: 1 });
  const { result } = render();
  await pass(1000);
  expect(renders).toBe(1);
  await pass(LONGEST_TIMER_MS - 1000);
  expect(renders).toBe(2);
  expect(vi.getTimerCount()).toBe(1);
  await pass(60 * DAY - LONGEST_TIMER_MS - 1000);
  expect(result.current.status?.ok).toBe(false);
  await pass(1000);
  expect(result.current.status?.ok).toBe(true);
  expect(renders).toBe(4);
  expect(vi.getTimerCount()).toBe(0);
});

test("a limit with shards waits until those that have used tokens refill", async () => {
  const pool = [5, 0].map((used) => ({ used, ts: T0 }));
  backend.value = { ...stored(5, { shards: 2 }), pool };
  const { result } = render({ count: 6 });
  // One token is missing, and only one of two shards refills: at half of the limit's rate.
  expect(result.current.status).toEqual({ ok: false, retryAt: T0 + 2000 });
  expect(result.current.check(T0 + 4000)).toMatchObject({ value: 7, ok: true });
  await pass(2000);
  expect(result.current.status?.ok).toBe(true);
});

describe("the server's time", () => {
  const skewed = () => render({ getServerTimeMutation: getServerTime });
  const corrected = { ok: false, retryAt: T0 + 10_000 + 3000 };

  beforeEach(() => {
    backend.value = stored(-2);
    vi.setSystemTime(T0 + 10_000);
    backend.serverTime = () => Promise.resolve(Date.now() - 10_000);
  });

  test("is asked for once per client, however many components mount at once or later", async () => {
    const first = skewed();
    const second = skewed();
    await pass(0);
    expect(first.result.current.status).toEqual(corrected);
    expect(second.result.current.status).toEqual(corrected);
    expect(second.result.current.check()?.ts).toBe(Date.now());
    renders = 0;
    expect(skewed().result.current.status).toEqual(corrected);
    await pass(0);
    expect(renders).toBe(1);
    expect(backend.mutations).toBe(1);
    connect();
    skewed();
    expect(backend.mutations).toBe(2);
  });

  test("was read half way through the round trip", async () => {
    backend.serverTime = () => new Promise((resolve) => setTimeout(() => resolve(T0 + 200), 400));
    const { result } = skewed();
    await pass(400);
    expect(result.current.status).toEqual(corrected);
  });

  test("is asked for again after a failure, which leaves this machine's in charge", async () => {
    backend.serverTime = () => Promise.reject(new Error("overloaded"));
    const failed = skewed();
    skewed();
    await pass(0);
    expect(failed.result.current.status?.ok).toBe(true);
    expect(backend.mutations).toBe(1);
    backend.serverTime = () => Promise.resolve(Date.now() - 10_000);
    const { result } = skewed();
    await pass(0);
    expect(result.current.status).toEqual(corrected);
    expect(backend.mutations).toBe(2);
  });

  test("is asked for again if the answer took too long to tell much", async () => {
    backend.serverTime = () => new Promise((resolve) => setTimeout(() => resolve(T0), 5001));
    skewed();
    await pass(5001);
    expect(backend.mutations).toBe(1);
    skewed();
    expect(backend.mutations).toBe(2);
  });

  test("is not asked for, nor used, unless the caller wants it", async () => {
    const { result } = render();
    await pass(0);
    expect(backend.mutations).toBe(0);
    skewed();
    await pass(0);
    expect(result.current.status?.ok).toBe(true);
    expect(render().result.current.status?.ok).toBe(true);
  });

  test("may arrive when nobody waits for it any more", async () => {
    skewed().unmount();
    await pass(0);
    expect(skewed().result.current.status).toEqual(corrected);
  });
});

describe("jitter", () => {
  const draw = (random: number) => vi.spyOn(Math, "random").mockReturnValue(random);

  beforeEach(() => {
    backend.value = stored(-2);
  });

  test("puts the status off by a part of the wait, once drawn", async () => {
    const random = draw(0.5);
    const { result, rerender } = render({ jitterRatio: 0.2 });
    expect(result.current.status).toEqual({ ok: false, retryAt: T0 + 3300 });
    await pass(1000);
    random.mockReturnValue(0.9);
    rerender();
    expect(result.current.status).toEqual({ ok: false, retryAt: T0 + 3300 });
    await pass(2299);
    rerender();
    expect(result.current.status).toEqual({ ok: false, retryAt: T0 + 3300 });
    expect(result.current.check(Date.now(), 1)?.ok).toBe(true);
    await pass(1);
    expect(result.current.status).toEqual({ ok: true, retryAt: undefined });
  });

  test("is not drawn unless asked for, nor for what never fits", () => {
    const random = draw(0.5);
    const retryAt = (options: UseRateLimitOptions) =>
      render(options).result.current.status?.retryAt;
    expect(retryAt({})).toBe(T0 + 3000);
    expect(retryAt({ jitterRatio: 0 })).toBe(T0 + 3000);
    expect(retryAt({ jitterRatio: 0.2, count: 11 })).toBe(Infinity);
    expect(random).not.toHaveBeenCalled();
  });

  test("ends when the limit is reset, and does not come back", async () => {
    draw(0.5);
    const { result, rerender } = render({ jitterRatio: 0.2 });
    backend.value = stored(10);
    rerender();
    expect(result.current.status?.ok).toBe(true);
    await pass(3100);
    rerender();
    expect(result.current.status?.ok).toBe(true);
  });

  test("is drawn again for another instant, and not inherited by another key", async () => {
    const random = draw(0.5);
    const { result, rerender } = renderHook(
      (key: string) => useRateLimit(query, { key, jitterRatio: 0.2 }),
      { initialProps: "ada" },
    );
    expect(result.current.status?.retryAt).toBe(T0 + 3300);
    random.mockReturnValue(0.25);
    backend.value = stored(-5);
    rerender("ada");
    expect(result.current.status?.retryAt).toBe(T0 + 6300);
    await pass(6100);
    expect(result.current.status?.ok).toBe(false);
    rerender("bob");
    expect(result.current.status?.ok).toBe(true);
  });

  test.each([-0.1, NaN, Infinity])("of %d is refused", (jitterRatio) => {
    const data = { code: "INVALID_RATE_LIMIT", name: "useRateLimit", field: "jitterRatio" };
    vi.spyOn(console, "error").mockReturnValue(undefined); // React may report what it rethrows.
    expect(() => render({ jitterRatio })).toThrow(
      expect.objectContaining({ data: expect.objectContaining(data) }),
    );
  });
});

test("the query gets what says which limit, and nothing of what the hook does with it", () => {
  render();
  const limit = { key: "ada", name: "other", sampleShards: 3, config: stored(1).config };
  render({ ...limit, count: 2, jitterRatio: 0.1, getServerTimeMutation: getServerTime });
  expect(backend.queries).toEqual([{}, limit]);
});

test("the status keeps its identity while it does not change", () => {
  backend.value = stored(1);
  const { result, rerender } = render();
  const { status, check } = result.current;
  rerender();
  expect(result.current.status).toBe(status);
  expect(result.current.check).toBe(check);
});
