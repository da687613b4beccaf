import type { GenericDataModel, GenericMutationCtx } from "convex/server";
import {
  componentsGeneric,
  defineSchema,
  defineTable,
  mutationGeneric as mutation,
  paginationOptsValidator,
  queryGeneric as query,
  type FunctionReference,
} from "convex/server";
import { v } from "convex/values";
import { createTestRuntime, type TestRuntime } from "../convexTestRuntime.ts";
import { installRecorder, record } from "../recorder/recorder.ts";

const schema = defineSchema({
  rows: defineTable({ a: v.number(), at: v.optional(v.commitTs()) })
    .index("by_a", ["a"])
    .searchIndex("search_a", { searchField: "a" }),
});

const generated = { "./_generated/api.js": () => Promise.resolve({}) };

const rows = {
  list: query({ args: {}, handler: (ctx) => ctx.db.query("rows").collect() }),
  page: query({
    args: { paginationOpts: paginationOptsValidator },
    handler: (ctx, { paginationOpts }) => ctx.db.query("rows").paginate(paginationOpts),
  }),
  add: mutation({
    args: { a: v.number(), fail: v.optional(v.boolean()) },
    handler: async (ctx, { a, fail }) => {
      await ctx.db.query("rows").first();
      await ctx.db.insert("rows", { a });
      if (fail === true) throw new Error("rolled back");
    },
  }),
};

type Function<Kind extends "query" | "mutation"> = FunctionReference<Kind, "internal">;
type Functions = { list: Function<"query">; page: Function<"query">; add: Function<"mutation"> };
/** References to the functions of a component called "child". */
export const { child } = componentsGeneric() as unknown as { child: { rows: Functions } };

/** What the handlers below are given. */
export type Ctx = GenericMutationCtx<GenericDataModel>;
/** An app and a component with one table each; tests call it anew. */
export function mountRows(): TestRuntime {
  const runtime = createTestRuntime(schema, generated);
  runtime.registerComponent("child", schema, {
    ...generated,
    "./rows.js": () => Promise.resolve(rows),
  });
  installRecorder();
  return runtime;
}

/** Runs a mutation and returns what was recorded, whatever became of it. */
export async function recordingOf(runtime: TestRuntime, handler: (ctx: Ctx) => Promise<unknown>) {
  const recorded = await record(() =>
    runtime.runInComponent("", async (ctx) => {
      await handler(ctx);
      return null;
    }),
  );
  return recorded.recording;
}

export function insert(runtime: TestRuntime, ...values: number[]) {
  return recordingOf(runtime, async (ctx) => {
    for (const a of values) await ctx.db.insert("rows", { a });
  });
}

/** A range of the app's table, to be completed. */
export const range = { kind: "range", component: "", table: "rows", order: "asc", after: null };

/** A scan of the app's table, to be completed with where it was left. */
export const scan = { ...range, index: "by_creation_time", bounds: [] };
