/* eslint-disable */
/**
 * Generated `api` utility.
 *
 * THIS CODE IS AUTOMATICALLY GENERATED.
 *
 * To regenerate, run `npx convex dev`.
 * @module
 */

import type * as keys from "../keys.js";
import type * as leases from "../leases.js";
import type * as limits from "../limits.js";
import type * as model_background from "../model/background.js";
import type * as model_calls from "../model/calls.js";
import type * as model_clear from "../model/clear.js";
import type * as model_expired from "../model/expired.js";
import type * as model_housekeeping from "../model/housekeeping.js";
import type * as model_idle from "../model/idle.js";
import type * as model_leases from "../model/leases.js";
import type * as model_limits from "../model/limits.js";
import type * as model_list from "../model/list.js";
import type * as model_log from "../model/log.js";
import type * as model_logSweep from "../model/logSweep.js";
import type * as model_overrides from "../model/overrides.js";
import type * as model_requests from "../model/requests.js";
import type * as model_reservations from "../model/reservations.js";
import type * as model_rows from "../model/rows.js";
import type * as model_sharding from "../model/sharding.js";
import type * as model_shards from "../model/shards.js";
import type * as model_statuses from "../model/statuses.js";
import type * as model_sweep from "../model/sweep.js";
import type * as overrides from "../overrides.js";
import type * as reservations from "../reservations.js";
import type * as sweeps from "../sweeps.js";

import type {
  ApiFromModules,
  FilterApi,
  FunctionReference,
} from "convex/server";
import { anyApi, componentsGeneric } from "convex/server";

const fullApi: ApiFromModules<{
  keys: typeof keys;
  leases: typeof leases;
  limits: typeof limits;
  "model/background": typeof model_background;
  "model/calls": typeof model_calls;
  "model/clear": typeof model_clear;
  "model/expired": typeof model_expired;
  "model/housekeeping": typeof model_housekeeping;
  "model/idle": typeof model_idle;
  "model/leases": typeof model_leases;
  "model/limits": typeof model_limits;
  "model/list": typeof model_list;
  "model/log": typeof model_log;
  "model/logSweep": typeof model_logSweep;
  "model/overrides": typeof model_overrides;
  "model/requests": typeof model_requests;
  "model/reservations": typeof model_reservations;
  "model/rows": typeof model_rows;
  "model/sharding": typeof model_sharding;
  "model/shards": typeof model_shards;
  "model/statuses": typeof model_statuses;
  "model/sweep": typeof model_sweep;
  overrides: typeof overrides;
  reservations: typeof reservations;
  sweeps: typeof sweeps;
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
