/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type * as http from "../http.js";
import type * as rateLimiter from "../rateLimiter.js";
import type * as rateLimiterJobs from "../rateLimiterJobs.js";
import type * as rateLimiterLab from "../rateLimiterLab.js";
import type * as seed from "../seed.js";
import type * as shardedCounter from "../shardedCounter.js";
import type * as shardedCounterLab from "../shardedCounterLab.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";

declare const fullApi: ApiFromModules<{
  http: typeof http;
  rateLimiter: typeof rateLimiter;
  rateLimiterJobs: typeof rateLimiterJobs;
  rateLimiterLab: typeof rateLimiterLab;
  seed: typeof seed;
  shardedCounter: typeof shardedCounter;
  shardedCounterLab: typeof shardedCounterLab;
}>;

/**
 * A utility for referencing Convex functions in your app's public API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = api.myModule.myFunction;
 * ```
 */
export declare const api: FilterApi<
  typeof fullApi,
  FunctionReference<any, "public">
>;

/**
 * A utility for referencing Convex functions in your app's internal API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = internal.myModule.myFunction;
 * ```
 */
export declare const internal: FilterApi<
  typeof fullApi,
  FunctionReference<any, "internal">
>;

export declare const components: {
  rateLimiter: import("@convex-suite/rate-limiter/_generated/component.js").ComponentApi<"rateLimiter">;
  shardedCounter: import("@convex-suite/sharded-counter/_generated/component.js").ComponentApi<"shardedCounter">;
};
