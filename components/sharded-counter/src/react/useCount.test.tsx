// @vitest-environment jsdom
import { renderHook } from "@testing-library/react";
import type { OptimisticLocalStore } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { optimisticAdd, useCount, type GetCountQuery } from "./index.js";

const backend = vi.hoisted(() => ({
  count: undefined as number | undefined,
  queries: [] as unknown[],
}));

vi.mock("convex/react", () => ({
  useQuery: (_query: unknown, args: unknown) => {
    backend.queries.push(args);
    return backend.count;
  },
}));

const query = makeFunctionReference<"query">("app:getCount") as unknown as GetCountQuery;

beforeEach(() => {
  backend.count = undefined;
  backend.queries = [];
});

describe("useCount", () => {
  test("is undefined while loading, and then the count", () => {
    const { result, rerender } = renderHook(() => useCount(query));
    expect(result.current).toBeUndefined();
    backend.count = 0;
    rerender();
    expect(result.current).toBe(0);
  });

  test("sends a name and the wish to be throttled only when there is one", () => {
    renderHook(() => useCount(query));
    renderHook(() => useCount(query, { isThrottled: false }));
    renderHook(() => useCount(query, { name: "visits", isThrottled: true }));
    expect(backend.queries).toEqual([{}, {}, { name: "visits", isThrottled: true }]);
  });
});

describe("an optimistic addition", () => {
  /** What is followed, as the client keeps it. */
  function storeOf<Count extends number | bigint>(
    followed: { args: { name?: string }; value: Count | undefined }[],
  ) {
    const store = {
      getAllQueries: () => followed,
      setQuery: (_query: unknown, args: object, value: Count) => {
        const found = followed.find((one) => one.args === args);
        if (found) found.value = value;
      },
    };
    return store as unknown as OptimisticLocalStore;
  }

  test("is shown wherever the same name is followed and has been loaded, unless it is throttled", () => {
    const followed = [
      { args: {}, value: 5 },
      { args: { isThrottled: true }, value: 3 },
      { args: { name: "other" }, value: 7 },
      { args: {}, value: undefined },
    ];
    optimisticAdd(query, 2)(storeOf(followed), {});
    expect(followed.map(({ value }) => value)).toEqual([7, 3, 7, undefined]);
  });

  test("is told from the mutation's arguments", () => {
    const followed = [
      { args: { name: "a" }, value: 5 },
      { args: { name: "b" }, value: 5 },
    ];
    const update = optimisticAdd(
      query,
      ({ count }: { count: number; of: string }) => -count,
      ({ of }) => of,
    );
    update(storeOf(followed), { count: 2, of: "b" });
    expect(followed.map(({ value }) => value)).toEqual([5, 3]);
  });

  test("may be of bigints", () => {
    const large = query as unknown as GetCountQuery<bigint>;
    const followed = [{ args: {}, value: 2n ** 60n }];
    optimisticAdd(large, 1n)(storeOf(followed), {});
    expect(followed[0]?.value).toBe(2n ** 60n + 1n);
  });
});
