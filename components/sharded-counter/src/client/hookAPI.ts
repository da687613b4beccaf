import {
  queryGeneric,
  type GenericDataModel,
  type GenericQueryCtx,
  type RegisteredQuery,
} from "convex/server";
import { v } from "convex/values";
import { invalidCounter } from "../shared/errors.js";
import { vTotal } from "../shared/validators.js";

type QueryCtx = GenericQueryCtx<GenericDataModel>;

/**
 * Which counter a client may read: a fixed name, or a function that derives it from the caller's
 * identity. The function also gets the name the client asked for, to accept or to ignore.
 */
export type HookName<Name extends string> =
  Name | ((ctx: QueryCtx, nameFromClient?: string) => Name | Promise<Name>);

/** What `useCount` sends. */
export type HookArgs = { name?: string; isThrottled?: boolean };

/** The function to export for `useCount`. */
export interface HookAPI<Count> {
  getCount: RegisteredQuery<"public", HookArgs, Promise<Count>>;
}

export function hookAPI<Name extends string, Count extends number | bigint>(
  name: HookName<Name>,
  getCount: (ctx: QueryCtx, name: Name, isThrottled: boolean) => Promise<Count>,
): HookAPI<Count> {
  const resolveName = async (ctx: QueryCtx, nameFromClient: string | undefined) => {
    if (typeof name === "function") return name(ctx, nameFromClient);
    if (nameFromClient !== undefined)
      throw invalidCounter(name, "name", {
        found: nameFromClient,
        wanted: "left out, unless hookAPI is given a function that judges it",
      });
    return name;
  };
  return {
    getCount: queryGeneric({
      args: { name: v.optional(v.string()), isThrottled: v.optional(v.boolean()) },
      returns: vTotal,
      handler: async (ctx, args) =>
        getCount(ctx, await resolveName(ctx, args.name), args.isThrottled ?? false),
    }) as RegisteredQuery<"public", HookArgs, Promise<Count>>,
  };
}
