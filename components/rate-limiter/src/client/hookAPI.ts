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
import { vRateLimitConfig, type RateLimitConfig } from "../shared/kinds.js";
import { vGetValueReturns, type GetValueReturns } from "../shared/validators.js";

type QueryCtx = GenericQueryCtx<GenericDataModel>;

/** What clients may read through the hook's query. */
export interface HookOptions {
  /**
   * Whose limit a client may read: a fixed key, or a function that derives it from the caller's
   * identity. The function also gets the key the client asked for, to accept or to ignore.
   * @default the limit shared by everybody
   */
  key?: string | ((ctx: QueryCtx, keyFromClient?: string) => string | Promise<string>);
  /**
   * Lets clients name the limit to read, by `name` of `useRateLimit`: any limit that the constructor
   * defines, for the key that `key` gives. Another name is LIMIT_NOT_DEFINED, unless the client may
   * and does send a config too. Ignored when false.
   * @default false
   */
  allowClientName?: boolean;
  /**
   * Lets clients choose the config to compute with, by `config` of `useRateLimit`. They see what the
   * limit would be by it and change nothing. For playgrounds. Ignored when false.
   * @default false
   */
  allowClientConfig?: boolean;
}

/** What the hook sends. `sampleShards` is accepted and changes nothing: all shards are read. */
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

/** The limit to read for a client; without a `config`, the one defined by that name. */
export interface HookLimit {
  name: string;
  key: string | undefined;
  config: RateLimitConfig | undefined;
}

type ServerOptions = HookOptions & { config?: RateLimitConfig };

/**
 * @param name The limit to read, unless the client may name another.
 * @param options As given to the class; `config` is that of a `name` which is not defined.
 * @param getValue Reads the limit; throws for a name that is not defined and for a bad config.
 */
export function hookAPI(
  name: string,
  options: ServerOptions,
  getValue: (ctx: QueryCtx, limit: HookLimit) => Promise<GetValueReturns>,
): HookAPI {
  return {
    getRateLimit: queryGeneric({
      args: hookArgs,
      returns: vGetValueReturns,
      handler: async (ctx, args) => {
        const key = await chooseKey(ctx, { name, key: options.key }, args.key);
        return getValue(ctx, { ...chooseLimit(name, options, args), key });
      },
    }),
    getServerTime: mutationGeneric({
      args: {},
      returns: v.number(),
      handler: () => Promise.resolve(Date.now()),
    }),
  };
}

async function chooseKey(
  ctx: QueryCtx,
  { name, key }: { name: string; key: HookOptions["key"] },
  keyFromClient: string | undefined,
): Promise<string | undefined> {
  if (typeof key === "function") return key(ctx, keyFromClient);
  if (keyFromClient === undefined) return key;
  throw invalidRateLimit(
    name,
    "key",
    `Rate limit "${name}" got a key from the client. To allow it, pass a key function to hookAPI.`,
  );
}

/** The config that the server gave is that of its own name, and of none that a client sends. */
function chooseLimit(
  ownName: string,
  { allowClientName = false, allowClientConfig = false, config: ownConfig }: ServerOptions,
  args: HookArgs,
): Omit<HookLimit, "key"> {
  const name = (allowClientName ? args.name : undefined) ?? ownName;
  const fromClient = allowClientConfig ? args.config : undefined;
  return { name, config: fromClient ?? (name === ownName ? ownConfig : undefined) };
}
