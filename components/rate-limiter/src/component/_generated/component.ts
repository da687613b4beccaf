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
    keys: {
      list: FunctionReference<
        "query",
        "internal",
        {
          config:
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "token bucket";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: null;
              }
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "fixed window";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding window";
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding log";
                overrides?: boolean;
                period: number;
                rate: number;
              }
            | {
                capacity?: number;
                kind: "calendar";
                maxReserved?: number;
                overrides?: boolean;
                rate: number;
                shards?: number;
                timeZone?: string;
                unit: "minute" | "hour" | "day" | "week" | "month" | "year";
                utcOffsetMinutes?: number;
              }
            | {
                kind: "concurrency";
                max: number;
                overrides?: boolean;
                ttlMs?: number;
              };
          name: string;
          paginationOpts: { cursor: string | null; numItems: number };
        },
        {
          continueCursor: string;
          isDone: boolean;
          page: Array<{
            key?: string;
            status: {
              blockReason?: string;
              key?: string;
              limit: number;
              name: string;
              ok: boolean;
              reason?: "limited" | "blocked" | "tooLarge";
              remaining: number;
              resetAt: number;
              retryAfter?: number;
              used: number;
              window: number;
            };
          }>;
        },
        Name
      >;
    };
    leases: {
      acquire: FunctionReference<
        "mutation",
        "internal",
        {
          autoSweep?: boolean;
          config:
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "token bucket";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: null;
              }
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "fixed window";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding window";
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding log";
                overrides?: boolean;
                period: number;
                rate: number;
              }
            | {
                capacity?: number;
                kind: "calendar";
                maxReserved?: number;
                overrides?: boolean;
                rate: number;
                shards?: number;
                timeZone?: string;
                unit: "minute" | "hour" | "day" | "week" | "month" | "year";
                utcOffsetMinutes?: number;
              }
            | {
                kind: "concurrency";
                max: number;
                overrides?: boolean;
                ttlMs?: number;
              };
          holder?: string;
          key?: string;
          name: string;
          ttlMs?: number;
        },
        | { active: number; expiresAt: number; leaseId: string; ok: true }
        | { active: number; ok: false; retryAfter: number },
        Name
      >;
      release: FunctionReference<
        "mutation",
        "internal",
        { leaseId: string },
        boolean,
        Name
      >;
      renew: FunctionReference<
        "mutation",
        "internal",
        { leaseId: string; ttlMs?: number },
        { expiresAt: number; ok: true } | { ok: false },
        Name
      >;
    };
    limits: {
      block: FunctionReference<
        "mutation",
        "internal",
        {
          autoSweep?: boolean;
          config:
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "token bucket";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: null;
              }
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "fixed window";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding window";
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding log";
                overrides?: boolean;
                period: number;
                rate: number;
              }
            | {
                capacity?: number;
                kind: "calendar";
                maxReserved?: number;
                overrides?: boolean;
                rate: number;
                shards?: number;
                timeZone?: string;
                unit: "minute" | "hour" | "day" | "week" | "month" | "year";
                utcOffsetMinutes?: number;
              }
            | {
                kind: "concurrency";
                max: number;
                overrides?: boolean;
                ttlMs?: number;
              };
          durationMs?: number;
          expiresAt?: number;
          key?: string;
          name: string;
          reason?: string;
        },
        {
          blockReason?: string;
          key?: string;
          limit: number;
          name: string;
          ok: boolean;
          reason?: "limited" | "blocked" | "tooLarge";
          remaining: number;
          resetAt: number;
          retryAfter?: number;
          used: number;
          window: number;
        },
        Name
      >;
      charge: FunctionReference<
        "mutation",
        "internal",
        {
          autoSweep?: boolean;
          config:
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "token bucket";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: null;
              }
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "fixed window";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding window";
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding log";
                overrides?: boolean;
                period: number;
                rate: number;
              }
            | {
                capacity?: number;
                kind: "calendar";
                maxReserved?: number;
                overrides?: boolean;
                rate: number;
                shards?: number;
                timeZone?: string;
                unit: "minute" | "hour" | "day" | "week" | "month" | "year";
                utcOffsetMinutes?: number;
              }
            | {
                kind: "concurrency";
                max: number;
                overrides?: boolean;
                ttlMs?: number;
              };
          count?: number;
          key?: string;
          name: string;
        },
        {
          blockReason?: string;
          key?: string;
          limit: number;
          name: string;
          ok: boolean;
          reason?: "limited" | "blocked" | "tooLarge";
          remaining: number;
          resetAt: number;
          retryAfter?: number;
          used: number;
          window: number;
        },
        Name
      >;
      checkRateLimit: FunctionReference<
        "query",
        "internal",
        {
          autoSweep?: boolean;
          config:
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "token bucket";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: null;
              }
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "fixed window";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding window";
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding log";
                overrides?: boolean;
                period: number;
                rate: number;
              }
            | {
                capacity?: number;
                kind: "calendar";
                maxReserved?: number;
                overrides?: boolean;
                rate: number;
                shards?: number;
                timeZone?: string;
                unit: "minute" | "hour" | "day" | "week" | "month" | "year";
                utcOffsetMinutes?: number;
              }
            | {
                kind: "concurrency";
                max: number;
                overrides?: boolean;
                ttlMs?: number;
              };
          count?: number;
          key?: string;
          name: string;
          reserve?: boolean;
          throws?: boolean;
        },
        { ok: true; retryAfter?: number } | { ok: false; retryAfter: number },
        Name
      >;
      checkRateLimitInMutation: FunctionReference<
        "mutation",
        "internal",
        {
          autoSweep?: boolean;
          config:
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "token bucket";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: null;
              }
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "fixed window";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding window";
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding log";
                overrides?: boolean;
                period: number;
                rate: number;
              }
            | {
                capacity?: number;
                kind: "calendar";
                maxReserved?: number;
                overrides?: boolean;
                rate: number;
                shards?: number;
                timeZone?: string;
                unit: "minute" | "hour" | "day" | "week" | "month" | "year";
                utcOffsetMinutes?: number;
              }
            | {
                kind: "concurrency";
                max: number;
                overrides?: boolean;
                ttlMs?: number;
              };
          count?: number;
          key?: string;
          name: string;
          reserve?: boolean;
          throws?: boolean;
        },
        { ok: true; retryAfter?: number } | { ok: false; retryAfter: number },
        Name
      >;
      consume: FunctionReference<
        "mutation",
        "internal",
        {
          autoSweep?: boolean;
          config:
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "token bucket";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: null;
              }
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "fixed window";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding window";
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding log";
                overrides?: boolean;
                period: number;
                rate: number;
              }
            | {
                capacity?: number;
                kind: "calendar";
                maxReserved?: number;
                overrides?: boolean;
                rate: number;
                shards?: number;
                timeZone?: string;
                unit: "minute" | "hour" | "day" | "week" | "month" | "year";
                utcOffsetMinutes?: number;
              }
            | {
                kind: "concurrency";
                max: number;
                overrides?: boolean;
                ttlMs?: number;
              };
          count?: number;
          key?: string;
          name: string;
          reserve?: boolean;
          throws?: boolean;
        },
        {
          blockReason?: string;
          key?: string;
          limit: number;
          name: string;
          ok: boolean;
          reason?: "limited" | "blocked" | "tooLarge";
          remaining: number;
          resetAt: number;
          retryAfter?: number;
          used: number;
          window: number;
        },
        Name
      >;
      getServerTime: FunctionReference<
        "mutation",
        "internal",
        {},
        number,
        Name
      >;
      getValue: FunctionReference<
        "query",
        "internal",
        {
          config:
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "token bucket";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: null;
              }
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "fixed window";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding window";
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding log";
                overrides?: boolean;
                period: number;
                rate: number;
              }
            | {
                capacity?: number;
                kind: "calendar";
                maxReserved?: number;
                overrides?: boolean;
                rate: number;
                shards?: number;
                timeZone?: string;
                unit: "minute" | "hour" | "day" | "week" | "month" | "year";
                utcOffsetMinutes?: number;
              }
            | {
                kind: "concurrency";
                max: number;
                overrides?: boolean;
                ttlMs?: number;
              };
          key?: string;
          name: string;
          sampleShards?: number;
        },
        {
          block?: { expiresAt: number; reason?: string };
          config:
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity: number;
                kind: "token bucket";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards: number;
                start?: null;
              }
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity: number;
                kind: "fixed window";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards: number;
                start?: number;
              }
            | {
                capacity: number;
                kind: "sliding window";
                overrides?: boolean;
                period: number;
                rate: number;
                shards: number;
                start?: number;
              }
            | {
                capacity: number;
                kind: "sliding log";
                overrides?: boolean;
                period: number;
                rate: number;
                shards: number;
              }
            | {
                capacity: number;
                kind: "calendar";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards: number;
                timeZone?: string;
                unit: "minute" | "hour" | "day" | "week" | "month" | "year";
                utcOffsetMinutes?: number;
              };
          log?: Array<{ at: number; count: number }>;
          pool?: Array<{ prev?: number; ts: number; used: number }>;
          prev?: number;
          shard: number;
          ts: number;
          value: number;
        },
        Name
      >;
      limitAll: FunctionReference<
        "mutation",
        "internal",
        {
          autoSweep?: boolean;
          items: Array<{
            config:
              | {
                  applyUpdates?: "transactionally" | "asynchronously";
                  capacity?: number;
                  kind: "token bucket";
                  maxReserved?: number;
                  overrides?: boolean;
                  period: number;
                  rate: number;
                  shards?: number;
                  start?: null;
                }
              | {
                  applyUpdates?: "transactionally" | "asynchronously";
                  capacity?: number;
                  kind: "fixed window";
                  maxReserved?: number;
                  overrides?: boolean;
                  period: number;
                  rate: number;
                  shards?: number;
                  start?: number;
                }
              | {
                  kind: "sliding window";
                  overrides?: boolean;
                  period: number;
                  rate: number;
                  shards?: number;
                  start?: number;
                }
              | {
                  kind: "sliding log";
                  overrides?: boolean;
                  period: number;
                  rate: number;
                }
              | {
                  capacity?: number;
                  kind: "calendar";
                  maxReserved?: number;
                  overrides?: boolean;
                  rate: number;
                  shards?: number;
                  timeZone?: string;
                  unit: "minute" | "hour" | "day" | "week" | "month" | "year";
                  utcOffsetMinutes?: number;
                }
              | {
                  kind: "concurrency";
                  max: number;
                  overrides?: boolean;
                  ttlMs?: number;
                };
            count?: number;
            key?: string;
            name: string;
          }>;
          throws?: boolean;
        },
        {
          limitedBy?: Array<string>;
          ok: boolean;
          results: Array<{
            blockReason?: string;
            key?: string;
            limit: number;
            name: string;
            ok: boolean;
            reason?: "limited" | "blocked" | "tooLarge";
            remaining: number;
            resetAt: number;
            retryAfter?: number;
            used: number;
            window: number;
          }>;
          retryAfter?: number;
        },
        Name
      >;
      peek: FunctionReference<
        "query",
        "internal",
        {
          autoSweep?: boolean;
          config:
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "token bucket";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: null;
              }
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "fixed window";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding window";
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding log";
                overrides?: boolean;
                period: number;
                rate: number;
              }
            | {
                capacity?: number;
                kind: "calendar";
                maxReserved?: number;
                overrides?: boolean;
                rate: number;
                shards?: number;
                timeZone?: string;
                unit: "minute" | "hour" | "day" | "week" | "month" | "year";
                utcOffsetMinutes?: number;
              }
            | {
                kind: "concurrency";
                max: number;
                overrides?: boolean;
                ttlMs?: number;
              };
          count?: number;
          key?: string;
          name: string;
          reserve?: boolean;
          throws?: boolean;
        },
        {
          blockReason?: string;
          key?: string;
          limit: number;
          name: string;
          ok: boolean;
          reason?: "limited" | "blocked" | "tooLarge";
          remaining: number;
          resetAt: number;
          retryAfter?: number;
          used: number;
          window: number;
        },
        Name
      >;
      peekInMutation: FunctionReference<
        "mutation",
        "internal",
        {
          autoSweep?: boolean;
          config:
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "token bucket";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: null;
              }
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "fixed window";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding window";
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding log";
                overrides?: boolean;
                period: number;
                rate: number;
              }
            | {
                capacity?: number;
                kind: "calendar";
                maxReserved?: number;
                overrides?: boolean;
                rate: number;
                shards?: number;
                timeZone?: string;
                unit: "minute" | "hour" | "day" | "week" | "month" | "year";
                utcOffsetMinutes?: number;
              }
            | {
                kind: "concurrency";
                max: number;
                overrides?: boolean;
                ttlMs?: number;
              };
          count?: number;
          key?: string;
          name: string;
          reserve?: boolean;
          throws?: boolean;
        },
        {
          blockReason?: string;
          key?: string;
          limit: number;
          name: string;
          ok: boolean;
          reason?: "limited" | "blocked" | "tooLarge";
          remaining: number;
          resetAt: number;
          retryAfter?: number;
          used: number;
          window: number;
        },
        Name
      >;
      rateLimit: FunctionReference<
        "mutation",
        "internal",
        {
          autoSweep?: boolean;
          config:
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "token bucket";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: null;
              }
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "fixed window";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding window";
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding log";
                overrides?: boolean;
                period: number;
                rate: number;
              }
            | {
                capacity?: number;
                kind: "calendar";
                maxReserved?: number;
                overrides?: boolean;
                rate: number;
                shards?: number;
                timeZone?: string;
                unit: "minute" | "hour" | "day" | "week" | "month" | "year";
                utcOffsetMinutes?: number;
              }
            | {
                kind: "concurrency";
                max: number;
                overrides?: boolean;
                ttlMs?: number;
              };
          count?: number;
          key?: string;
          name: string;
          reserve?: boolean;
          throws?: boolean;
        },
        { ok: true; retryAfter?: number } | { ok: false; retryAfter: number },
        Name
      >;
      refund: FunctionReference<
        "mutation",
        "internal",
        {
          autoSweep?: boolean;
          config:
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "token bucket";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: null;
              }
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "fixed window";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding window";
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding log";
                overrides?: boolean;
                period: number;
                rate: number;
              }
            | {
                capacity?: number;
                kind: "calendar";
                maxReserved?: number;
                overrides?: boolean;
                rate: number;
                shards?: number;
                timeZone?: string;
                unit: "minute" | "hour" | "day" | "week" | "month" | "year";
                utcOffsetMinutes?: number;
              }
            | {
                kind: "concurrency";
                max: number;
                overrides?: boolean;
                ttlMs?: number;
              };
          count?: number;
          key?: string;
          name: string;
        },
        {
          blockReason?: string;
          key?: string;
          limit: number;
          name: string;
          ok: boolean;
          reason?: "limited" | "blocked" | "tooLarge";
          remaining: number;
          resetAt: number;
          retryAfter?: number;
          used: number;
          window: number;
        },
        Name
      >;
      resetRateLimit: FunctionReference<
        "mutation",
        "internal",
        {
          config?:
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "token bucket";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: null;
              }
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "fixed window";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding window";
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding log";
                overrides?: boolean;
                period: number;
                rate: number;
              }
            | {
                capacity?: number;
                kind: "calendar";
                maxReserved?: number;
                overrides?: boolean;
                rate: number;
                shards?: number;
                timeZone?: string;
                unit: "minute" | "hour" | "day" | "week" | "month" | "year";
                utcOffsetMinutes?: number;
              }
            | {
                kind: "concurrency";
                max: number;
                overrides?: boolean;
                ttlMs?: number;
              };
          key?: string;
          name: string;
        },
        null,
        Name
      >;
      unblock: FunctionReference<
        "mutation",
        "internal",
        {
          autoSweep?: boolean;
          config:
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "token bucket";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: null;
              }
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "fixed window";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding window";
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding log";
                overrides?: boolean;
                period: number;
                rate: number;
              }
            | {
                capacity?: number;
                kind: "calendar";
                maxReserved?: number;
                overrides?: boolean;
                rate: number;
                shards?: number;
                timeZone?: string;
                unit: "minute" | "hour" | "day" | "week" | "month" | "year";
                utcOffsetMinutes?: number;
              }
            | {
                kind: "concurrency";
                max: number;
                overrides?: boolean;
                ttlMs?: number;
              };
          count?: number;
          key?: string;
          name: string;
        },
        {
          blockReason?: string;
          key?: string;
          limit: number;
          name: string;
          ok: boolean;
          reason?: "limited" | "blocked" | "tooLarge";
          remaining: number;
          resetAt: number;
          retryAfter?: number;
          used: number;
          window: number;
        },
        Name
      >;
    };
    overrides: {
      clearOverride: FunctionReference<
        "mutation",
        "internal",
        { key?: string; name: string },
        boolean,
        Name
      >;
      setOverride: FunctionReference<
        "mutation",
        "internal",
        {
          config:
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "token bucket";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: null;
              }
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "fixed window";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding window";
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding log";
                overrides?: boolean;
                period: number;
                rate: number;
              }
            | {
                capacity?: number;
                kind: "calendar";
                maxReserved?: number;
                overrides?: boolean;
                rate: number;
                shards?: number;
                timeZone?: string;
                unit: "minute" | "hour" | "day" | "week" | "month" | "year";
                utcOffsetMinutes?: number;
              }
            | {
                kind: "concurrency";
                max: number;
                overrides?: boolean;
                ttlMs?: number;
              };
          expiresAt?: number;
          key?: string;
          name: string;
          override: {
            capacity?: number;
            max?: number;
            maxReserved?: number;
            period?: number;
            rate?: number;
            ttlMs?: number;
          };
        },
        null,
        Name
      >;
    };
    reservations: {
      cancel: FunctionReference<
        "mutation",
        "internal",
        { autoSweep?: boolean; reservationId: string },
        boolean,
        Name
      >;
      reserve: FunctionReference<
        "mutation",
        "internal",
        {
          autoSweep?: boolean;
          config:
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "token bucket";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: null;
              }
            | {
                applyUpdates?: "transactionally" | "asynchronously";
                capacity?: number;
                kind: "fixed window";
                maxReserved?: number;
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding window";
                overrides?: boolean;
                period: number;
                rate: number;
                shards?: number;
                start?: number;
              }
            | {
                kind: "sliding log";
                overrides?: boolean;
                period: number;
                rate: number;
              }
            | {
                capacity?: number;
                kind: "calendar";
                maxReserved?: number;
                overrides?: boolean;
                rate: number;
                shards?: number;
                timeZone?: string;
                unit: "minute" | "hour" | "day" | "week" | "month" | "year";
                utcOffsetMinutes?: number;
              }
            | {
                kind: "concurrency";
                max: number;
                overrides?: boolean;
                ttlMs?: number;
              };
          count?: number;
          key?: string;
          maxWaitMs?: number;
          name: string;
          ttlMs?: number;
        },
        | { ok: true; reservationId: string; runAt: number }
        | { ok: false; retryAfter: number },
        Name
      >;
      settle: FunctionReference<
        "mutation",
        "internal",
        { autoSweep?: boolean; count: number; reservationId: string },
        {
          blockReason?: string;
          key?: string;
          limit: number;
          name: string;
          ok: boolean;
          reason?: "limited" | "blocked" | "tooLarge";
          remaining: number;
          resetAt: number;
          retryAfter?: number;
          used: number;
          window: number;
        } | null,
        Name
      >;
    };
    sweeps: {
      clearAll: FunctionReference<
        "mutation",
        "internal",
        { before?: number },
        null,
        Name
      >;
      resetAll: FunctionReference<
        "mutation",
        "internal",
        { name: string },
        { deleted: number; isDone: boolean },
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
  };
