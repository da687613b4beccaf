/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type * as events from "../events.js";
import type * as limits from "../limits.js";
import type * as model_background from "../model/background.js";
import type * as model_limits from "../model/limits.js";
import type * as model_log from "../model/log.js";
import type * as model_sharding from "../model/sharding.js";
import type * as model_shards from "../model/shards.js";
import type * as model_sweep from "../model/sweep.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";
import { anyApi, componentsGeneric } from "convex/server";

const fullApi: ApiFromModules<{
  events: typeof events;
  limits: typeof limits;
  "model/background": typeof model_background;
  "model/limits": typeof model_limits;
  "model/log": typeof model_log;
  "model/sharding": typeof model_sharding;
  "model/shards": typeof model_shards;
  "model/sweep": typeof model_sweep;
}> = anyApi as any;

/**
 * A utility for referencing Convex functions in your app's public API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = api.myModule.myFunction;
 * ```
 */
export const api: FilterApi<
  typeof fullApi,
  FunctionReference<any, "public">
> = anyApi as any;

/**
 * A utility for referencing Convex functions in your app's internal API.
 *
 * Usage:
 * ```js
 * const myFunctionReference = internal.myModule.myFunction;
 * ```
 */
export const internal: FilterApi<
  typeof fullApi,
  FunctionReference<any, "internal">
> = anyApi as any;

export const components = componentsGeneric() as unknown as {};
