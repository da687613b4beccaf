import type {
  GenericActionCtx,
  GenericDataModel,
  GenericMutationCtx,
  GenericQueryCtx,
} from "convex/server";

/** What reading needs of a query's, mutation's or action's `ctx`. */
export type RunQueryCtx = Pick<GenericQueryCtx<GenericDataModel>, "runQuery">;

/** What writing needs of a mutation's or action's `ctx`. */
export type RunMutationCtx = Pick<GenericMutationCtx<GenericDataModel>, "runQuery" | "runMutation">;

/** What background work needs of an action's `ctx`. */
export type RunActionCtx = Pick<
  GenericActionCtx<GenericDataModel>,
  "runQuery" | "runMutation" | "runAction"
>;
