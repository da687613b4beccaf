import { fc, test } from "@fast-check/vitest";
import type { GenericDataModel, GenericMutationCtx } from "convex/server";
import { defineSchema, defineTable } from "convex/server";
import { v, type GenericId } from "convex/values";
import { expect } from "vitest";
import { createTestRuntime, type TestRuntime } from "../convexTestRuntime.ts";
import { indexFieldsOf } from "./indexFields.ts";
import { findOverlap } from "./overlap.ts";
import { installRecorder, record } from "./recorder.ts";
import type { PageJournal } from "./recording.ts";

/*
 * The model of a subscription is to run the query again after every commit. Selecting by overlap
 * may run it too often, but when the result changed there must have been an overlap.
 */
const schema = defineSchema({
  rows: defineTable({ a: v.optional(v.number()), b: v.number() }).index("by_a_b", ["a", "b"]),
});
const root = { path: "", schema, modules: {} };
const indexFields = indexFieldsOf({ root, components: [] });

type Ctx = GenericMutationCtx<GenericDataModel>;

const small = fc.integer({ min: 0, max: 3 });
const rows = fc.record({ a: small, b: small }, { requiredKeys: ["b"] });

const queries = fc.record({
  on: fc.oneof(
    fc.record({
      type: fc.constant("index" as const),
      equal: fc.option(small, { nil: undefined }),
      lower: fc.option(fc.record({ isStrict: fc.boolean(), value: small }), { nil: undefined }),
      upper: fc.option(fc.record({ isStrict: fc.boolean(), value: small }), { nil: undefined }),
    }),
    fc.record({ type: fc.constant("scan" as const) }),
  ),
  order: fc.constantFrom("asc" as const, "desc" as const),
  minimum: fc.option(small, { nil: undefined }),
  read: fc.oneof(
    fc.constant({ type: "collect" as const }),
    fc.record({ type: fc.constant("take" as const), count: small }),
    fc.record({ type: fc.constant("break" as const), after: small }),
    fc.record({ type: fc.constant("page" as const), size: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ type: fc.constant("secondPage" as const), size: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ type: fc.constant("get" as const), index: small }),
  ),
});
type Query = typeof queries extends fc.Arbitrary<infer T> ? T : never;

const changes = fc.record({
  type: fc.constantFrom("insert" as const, "patch" as const, "replace" as const, "delete" as const),
  index: fc.integer({ min: 0, max: 7 }),
  row: rows,
});
type Change = typeof changes extends fc.Arbitrary<infer T> ? T : never;

test.prop(
  [
    fc.array(rows, { maxLength: 8 }),
    queries,
    fc.array(fc.array(changes, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 4 }),
  ],
  { numRuns: 400 },
)(
  "a query whose result changed overlaps the commit that changed it",
  async (seed, query, commits) => {
    const runtime = createTestRuntime(schema, {
      "./_generated/api.js": () => Promise.resolve({}),
    });
    installRecorder();
    const ids: GenericId<"rows">[] = [];
    await transact(runtime, async (ctx) => {
      for (const row of seed) ids.push(await ctx.db.insert("rows", row));
    });
    const seeded = [...ids];
    const cursor = query.read.type === "secondPage" ? await endOfFirstPage(runtime, query) : null;
    let last = await subscribe(runtime, query, { seeded, cursor, journal: null });
    for (const commit of commits) {
      const { recording } = await transact(runtime, async (ctx) => {
        for (const change of commit) await apply(ctx, change, ids);
      });
      const next = await subscribe(runtime, query, { seeded, cursor, journal: last.journal });
      if (next.result !== last.result) {
        const overlap = findOverlap(last.reads, recording.writes, indexFields);
        expect(overlap, `from ${last.result} to ${next.result}`).not.toBeNull();
      }
      last = next;
    }
  },
  60_000,
);

interface Position {
  /** The rows that were there when the query was first run: it may ask for one of them. */
  seeded: GenericId<"rows">[];
  cursor: string | null;
  journal: PageJournal | null;
}

async function subscribe(runtime: TestRuntime, query: Query, position: Position) {
  const { journal, seeded, cursor } = position;
  const { value, recording } = await transact(
    runtime,
    async (ctx) => JSON.stringify(await run(ctx, query, { seeded, cursor })),
    journal,
  );
  return { result: value, reads: recording.reads, journal: recording.journal };
}

async function transact<Result>(
  runtime: TestRuntime,
  handler: (ctx: Ctx) => Promise<Result>,
  journal: PageJournal | null = null,
) {
  const recorded = await record(() => runtime.runInComponent("", handler), { journal });
  if (!recorded.ok) throw recorded.error;
  return recorded;
}

async function run(ctx: Ctx, query: Query, { seeded, cursor }: Omit<Position, "journal">) {
  const { read } = query;
  switch (read.type) {
    case "collect":
      return build(ctx, query).collect();
    case "take":
      return build(ctx, query).take(read.count);
    case "break": {
      const taken: unknown[] = [];
      for await (const row of build(ctx, query)) {
        taken.push(row);
        if (taken.length > read.after) break;
      }
      return taken;
    }
    case "page":
    case "secondPage": {
      const page = await build(ctx, query).paginate({ numItems: read.size, cursor });
      // The page decides about these on its first run; only its rows and its end are watched.
      return { rows: page.page, isDone: page.isDone, end: page.continueCursor };
    }
    case "get": {
      const id = seeded[read.index];
      return id === undefined ? null : ctx.db.get(id);
    }
  }
}

async function endOfFirstPage(runtime: TestRuntime, query: Query): Promise<string> {
  const numItems = query.read.type === "secondPage" ? query.read.size : 1;
  const { value } = await transact(runtime, async (ctx) => {
    const page = await build(ctx, query).paginate({ numItems, cursor: null });
    return page.continueCursor;
  });
  return value;
}

function build(ctx: Ctx, { on, order, minimum }: Query) {
  const table = ctx.db.query("rows");
  const ordered = (
    on.type === "scan" ? table : table.withIndex("by_a_b", (q) => bound(q, on))
  ).order(order);
  return minimum === undefined ? ordered : ordered.filter((q) => q.gte(q.field("b"), minimum));
}

interface Bounds {
  equal: number | undefined;
  lower: { isStrict: boolean; value: number } | undefined;
  upper: { isStrict: boolean; value: number } | undefined;
}

/** The builder's methods, without the static check that they are called in the index's order. */
interface RangeBuilder {
  eq(field: string, value: number): RangeBuilder;
  gt(field: string, value: number): RangeBuilder;
  gte(field: string, value: number): RangeBuilder;
  lt(field: string, value: number): RangeBuilder;
  lte(field: string, value: number): RangeBuilder;
}

function bound<Builder>(builder: Builder, { equal, lower, upper }: Bounds): Builder {
  let range = builder as unknown as RangeBuilder;
  if (equal !== undefined) range = range.eq("a", equal);
  const field = equal === undefined ? "a" : "b";
  if (lower !== undefined) range = range[lower.isStrict ? "gt" : "gte"](field, lower.value);
  if (upper !== undefined) range = range[upper.isStrict ? "lt" : "lte"](field, upper.value);
  return range as unknown as Builder;
}

async function apply(ctx: Ctx, { type, index, row }: Change, ids: GenericId<"rows">[]) {
  const id = ids[index];
  if (type === "insert" || id === undefined || (await ctx.db.get(id)) === null) {
    ids.push(await ctx.db.insert("rows", row));
  } else if (type === "patch") {
    await ctx.db.patch(id, row);
  } else if (type === "replace") {
    await ctx.db.replace(id, row);
  } else {
    await ctx.db.delete(id);
  }
}
