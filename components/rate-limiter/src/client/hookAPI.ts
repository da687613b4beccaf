import {
  mutationGeneric,
  queryGeneric,
  type GenericDataModel,
  type GenericQueryCtx,
  type RegisteredMutation,
  type RegisteredQuery,
} from "convex/server";
import { v } from "convex/values";
import { invalidRateLimit } from "../shared/errors.js";
import {
  vGetValueReturns,
  vRateLimitConfig,
  type GetValueReturns,
  type RateLimitConfig,
} from "../shared/validators.js";

type QueryCtx = GenericQueryCtx<GenericDataModel>;

export interface HookOptions {
  /**
   * Whose limit a client may read: a fixed key, or a function that derives it from the caller's
   * identity. The function also gets the key the client asked for, to accept or to ignore.
   * @default the limit shared by everybody
   */
  key?: string | ((ctx: QueryCtx, keyFromClient?: string) => string | Promise<string>);
}

/** What the hook sends. The official package's hook sends more, which is accepted and ignored. */
export type HookArgs = {
  key?: string;
  name?: string;
  sampleShards?: number;
  config?: RateLimitConfig;
};

const hookArgs = {
  key: v.optional(v.string()),
  name: v.optional(v.string()),
  sampleShards: v.optional(v.number()),
  config: v.optional(vRateLimitConfig),
};

/** The functions to export for `useRateLimit`. */
export interface HookAPI {
  getRateLimit: RegisteredQuery<"public", HookArgs, Promise<GetValueReturns>>;
  getServerTime: RegisteredMutation<"public", Record<string, never>, Promise<number>>;
}

export function hookAPI(
  name: string,
  key: HookOptions["key"],
  getValue: (ctx: QueryCtx, key: string | undefined) => Promise<GetValueReturns>,
): HookAPI {
  const resolveKey = async (ctx: QueryCtx, keyFromClient: string | undefined) => {
    if (typeof key === "function") return key(ctx, keyFromClient);
    if (keyFromClient !== undefined)
      throw invalidRateLimit(
        name,
        "key",
        `Rate limit "${name}" got a key from the client. To allow it, pass a key function to hookAPI.`,
      );
    return key;
  };
  return {
    getRateLimit: queryGeneric({
      args: hookArgs,
      returns: vGetValueReturns,
      handler: async (ctx, args) => getValue(ctx, await resolveKey(ctx, args.key)),
    }),
    getServerTime: mutationGeneric({
      args: {},
      returns: v.number(),
      handler: () => Promise.resolve(Date.now()),
    }),
  };
}
