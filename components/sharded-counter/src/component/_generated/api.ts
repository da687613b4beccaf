/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type * as backfills from "../backfills.js";
import type * as counters from "../counters.js";
import type * as events from "../events.js";
import type * as model_backfills from "../model/backfills.js";
import type * as model_background from "../model/background.js";
import type * as model_bounded from "../model/bounded.js";
import type * as model_chain from "../model/chain.js";
import type * as model_counters from "../model/counters.js";
import type * as model_history from "../model/history.js";
import type * as model_log from "../model/log.js";
import type * as model_names from "../model/names.js";
import type * as model_once from "../model/once.js";
import type * as model_shards from "../model/shards.js";
import type * as model_sweep from "../model/sweep.js";
import type * as model_totals from "../model/totals.js";
import type * as model_uniques from "../model/uniques.js";
import type * as uniques from "../uniques.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";
import { anyApi, componentsGeneric } from "convex/server";

const fullApi: ApiFromModules<{
  backfills: typeof backfills;
  counters: typeof counters;
  events: typeof events;
  "model/backfills": typeof model_backfills;
  "model/background": typeof model_background;
  "model/bounded": typeof model_bounded;
  "model/chain": typeof model_chain;
  "model/counters": typeof model_counters;
  "model/history": typeof model_history;
  "model/log": typeof model_log;
  "model/names": typeof model_names;
  "model/once": typeof model_once;
  "model/shards": typeof model_shards;
  "model/sweep": typeof model_sweep;
  "model/totals": typeof model_totals;
  "model/uniques": typeof model_uniques;
  uniques: typeof uniques;
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
