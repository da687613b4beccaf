/* eslint-disable */
/**
 * Generated `ComponentApi` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type { FunctionReference } from "convex/server";

/**
 * A utility for referencing a Convex component's exposed API.
 *
 * Useful when expecting a parameter like `components.myComponent`.
 * Usage:
 * ```ts
 * async function myFunction(ctx: QueryCtx, component: ComponentApi) {
 *   return ctx.runQuery(component.someFile.someQuery, { ...args });
 * }
 * ```
 */
export type ComponentApi<Name extends string | undefined = string | undefined> =
  {
    backfills: {
      add: FunctionReference<
        "mutation",
        "internal",
        {
          additions: Array<{
            bounds?: { max: number; min: number; shards: number };
            count: number | bigint;
            history?: { day?: number; hour?: number };
            name: string;
            shard?: number;
            shards?: number;
          }>;
          createdAt: number;
          id: string;
        },
        null | Array<number | null>,
        Name
      >;
      advance: FunctionReference<
        "mutation",
        "internal",
        {
          additions: Array<{
            bounds?: { max: number; min: number; shards: number };
            count: number | bigint;
            history?: { day?: number; hour?: number };
            name: string;
            shard?: number;
            shards?: number;
          }>;
          countedUntil: number | null;
          id: string;
        },
        null,
        Name
      >;
      progress: FunctionReference<
        "query",
        "internal",
        { id: string },
        null | { countedUntil: number; cutoff: number },
        Name
      >;
      start: FunctionReference<
        "mutation",
        "internal",
        {
          counters: Array<{
            bounds?: { max: number; min: number; shards: number };
            history?: { day?: number; hour?: number };
            name: string;
            shards?: number;
          }>;
          cutoff: number;
          id: string;
        },
        null,
        Name
      >;
    };
    counters: {
      add: FunctionReference<
        "mutation",
        "internal",
        { count: number; name: string; shard?: number; shards?: number },
        number,
        Name
      >;
      addMany: FunctionReference<
        "mutation",
        "internal",
        {
          additions: Array<{
            bounds?: { max: number; min: number; shards: number };
            count: number | bigint;
            history?: { day?: number; hour?: number };
            name: string;
            shard?: number;
            shards?: number;
          }>;
        },
        Array<number | null>,
        Name
      >;
      count: FunctionReference<
        "query",
        "internal",
        { name: string },
        number,
        Name
      >;
      countMany: FunctionReference<
        "query",
        "internal",
        { names: Array<string> },
        Array<number | bigint>,
        Name
      >;
      countManyInMutation: FunctionReference<
        "mutation",
        "internal",
        { counters: Array<{ name: string; shards: Array<number> }> },
        Array<number | bigint>,
        Name
      >;
      deletePrefix: FunctionReference<
        "mutation",
        "internal",
        { prefix: string },
        { deleted: number; isDone: boolean },
        Name
      >;
      estimateCount: FunctionReference<
        "query",
        "internal",
        { name: string; readFromShards?: number; shards?: number },
        number,
        Name
      >;
      getAndReset: FunctionReference<
        "mutation",
        "internal",
        {
          bounds?: { max: number; min: number; shards: number };
          history?: { day?: number; hour?: number };
          name: string;
          shards?: number;
        },
        number | bigint,
        Name
      >;
      list: FunctionReference<
        "query",
        "internal",
        {
          cursor: string | null;
          endCursor?: string | null;
          numItems: number;
          prefix: string;
        },
        {
          continueCursor: string;
          isDone: boolean;
          page: Array<{ name: string; total: number | bigint }>;
        },
        Name
      >;
      rebalance: FunctionReference<
        "mutation",
        "internal",
        {
          bounds?: { max: number; min: number; shards: number };
          name: string;
          shards?: number;
        },
        null,
        Name
      >;
      reset: FunctionReference<
        "mutation",
        "internal",
        {
          bounds?: { max: number; min: number; shards: number };
          history?: { day?: number; hour?: number };
          name: string;
          shards?: number;
        },
        null,
        Name
      >;
      set: FunctionReference<
        "mutation",
        "internal",
        {
          bounds?: { max: number; min: number; shards: number };
          history?: { day?: number; hour?: number };
          name: string;
          shards?: number;
          value: number | bigint;
        },
        null,
        Name
      >;
      tryAdd: FunctionReference<
        "mutation",
        "internal",
        {
          bounds: { max: number; min: number; shards: number };
          count: number | bigint;
          history?: { day?: number; hour?: number };
          name: string;
          shard?: number;
          shards?: number;
        },
        { count?: number; ok: boolean; shard: number | null },
        Name
      >;
    };
    events: {
      once: FunctionReference<
        "mutation",
        "internal",
        {
          bounds?: { max: number; min: number; shards: number };
          count: number | bigint;
          history?: { day?: number; hour?: number };
          key: string;
          name: string;
          shard?: number;
          shards?: number;
          ttlMs: number;
        },
        { isFirst: boolean; shard: number | null },
        Name
      >;
      rollup: FunctionReference<
        "query",
        "internal",
        { name: string },
        { asOf: number; count: number | bigint },
        Name
      >;
      series: FunctionReference<
        "query",
        "internal",
        { endAt: number; name: string; startAt: number; unit: "hour" | "day" },
        Array<{
          delta: number | bigint;
          startAt: number;
          total: number | bigint;
        }>,
        Name
      >;
      sweep: FunctionReference<
        "mutation",
        "internal",
        {},
        { deleted: number; isDone: boolean },
        Name
      >;
    };
    uniques: {
      add: FunctionReference<
        "mutation",
        "internal",
        { item: string; name: string },
        boolean,
        Name
      >;
      count: FunctionReference<
        "query",
        "internal",
        { name: string },
        number,
        Name
      >;
      merge: FunctionReference<
        "mutation",
        "internal",
        { from: string; into: string },
        null,
        Name
      >;
      reset: FunctionReference<
        "mutation",
        "internal",
        { name: string },
        null,
        Name
      >;
    };
  };
