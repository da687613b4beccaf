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
import { v, type GenericId } from "convex/values";
import { beforeEach, expect, test } from "vitest";
import { createTestRuntime, type TestRuntime } from "../convexTestRuntime.ts";
import { isPending } from "./commitTs.ts";
import { installRecorder, record, withOverrides } from "./recorder.ts";

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
const { child } = componentsGeneric() as unknown as { child: { rows: Functions } };

type Ctx = GenericMutationCtx<GenericDataModel>;
let runtime: TestRuntime;

beforeEach(() => {
  const root = createTestRuntime(schema, generated);
  root.registerComponent("child", schema, {
    ...generated,
    "./rows.js": () => Promise.resolve(rows),
  });
  installRecorder();
  runtime = root;
});

async function recordingOf(handler: (ctx: Ctx) => Promise<unknown>) {
  const recorded = await record(() =>
    runtime.runInComponent("", async (ctx) => {
      await handler(ctx);
      return null;
    }),
  );
  return recorded.recording;
}

function insert(...values: number[]) {
  return recordingOf(async (ctx) => {
    for (const a of values) await ctx.db.insert("rows", { a });
  });
}

async function firstId(ctx: Ctx): Promise<GenericId<"rows">> {
  return (await ctx.db.query("rows").first())?._id as GenericId<"rows">;
}

const range = { kind: "range", component: "", table: "rows", order: "asc", after: null };
const scan = { ...range, index: "by_creation_time", bounds: [] };

test("an index range is recorded with its bounds and where it was left", async () => {
  await insert(1, 2, 3);
  const { reads } = await recordingOf(async (ctx) => {
    const above = () => ctx.db.query("rows").withIndex("by_a", (q) => q.gt("a", 1));
    await above().collect();
    await above().order("desc").first();
    await above().take(0);
  });
  const above = { ...range, index: "by_a", bounds: [{ type: "Gt", fieldPath: "a", value: 1 }] };
  expect(reads).toEqual([
    { ...above, upTo: "end" },
    { ...above, order: "desc", upTo: { row: expect.objectContaining({ a: 3 }) as unknown } },
    { ...above, upTo: "nothing" },
  ]);
});

test("taking more than there is reads to the end", async () => {
  await insert(1);
  const { reads } = await recordingOf((ctx) => ctx.db.query("rows").take(2));
  expect(reads).toEqual([{ ...scan, upTo: "end" }]);
});

test("a page is recorded from its cursor to its end", async () => {
  await insert(1, 2, 3);
  const cursors: string[] = [];
  const page = (cursor: string | null) =>
    recordingOf(async (ctx) => {
      const by = ctx.db.query("rows").withIndex("by_a");
      cursors.push((await by.paginate({ numItems: 1, cursor })).continueCursor);
    });
  const first = await page(null);
  const second = await page(cursors[0] ?? null);
  await page(cursors[1] ?? null);
  const behind = await page(cursors[2] ?? null);
  const by = { ...range, index: "by_a" };
  const at = (a: number) => ({ key: [a, expect.any(Number), expect.any(String)] as unknown });
  expect(first.reads).toEqual([{ ...by, bounds: [], upTo: at(1) }]);
  expect(second.reads).toEqual([{ ...by, bounds: [], after: at(1), upTo: at(2) }]);
  expect(behind.reads).toEqual([{ ...by, bounds: [], upTo: "nothing" }]);
  expect(first.journal).toEqual({ cursor: null, endCursor: cursors[0] });
});

test("text search and count read the whole table", async () => {
  const { reads } = await recordingOf(async (ctx) => {
    await ctx.db
      .query("rows")
      .withSearchIndex("search_a", (q) => q.search("a" as never, "x"))
      .collect();
    await (ctx.db.query("rows") as unknown as { count: () => Promise<number> }).count();
  });
  const table = { kind: "table", component: "", table: "rows" };
  expect(reads).toEqual([table, table]);
});

test("several writes to one document are one change", async () => {
  const { writes } = await recordingOf(async (ctx) => {
    const id = await ctx.db.insert("rows", { a: 1 });
    await ctx.db.patch(id, { a: 2 });
    await ctx.db.replace(id, { a: 3 });
  });
  expect(writes).toMatchObject([{ table: "rows", before: null, after: { a: 3 } }]);
  const changed = await recordingOf(async (ctx) => {
    const id = await firstId(ctx);
    await ctx.db.patch(id, { a: 4 });
    await ctx.db.delete(id);
  });
  expect(changed.writes).toMatchObject([{ before: { a: 3 }, after: null }]);
});

test("a document that is inserted and deleted again was not written", async () => {
  const { writes } = await recordingOf(async (ctx) => {
    await ctx.db.delete(await ctx.db.insert("rows", { a: 1 }));
  });
  expect(writes).toEqual([]);
});

test("a change reads the document it changes", async () => {
  await insert(1);
  const recording = await recordingOf(async (ctx) => {
    await ctx.db.patch(await firstId(ctx), { a: 2 });
  });
  const [{ id } = { id: "" }] = recording.writes;
  expect(recording.reads).toContainEqual({ kind: "point", component: "", id });
});

test("a nested call is recorded under its component", async () => {
  const { reads, writes } = await recordingOf(async (ctx) => {
    await ctx.runMutation(child.rows.add, { a: 1 });
    await ctx.runQuery(child.rows.list, {});
  });
  expect(reads.map(({ component }) => component)).toEqual(["child", "child"]);
  expect(writes).toMatchObject([{ component: "child", after: { a: 1 } }]);
});

test("the writes of a nested call that failed are gone, its reads are not", async () => {
  const { reads, writes } = await recordingOf(async (ctx) => {
    await ctx.db.insert("rows", { a: 1 });
    await ctx.runMutation(child.rows.add, { a: 2, fail: true }).catch(() => null);
  });
  expect(reads).toEqual([{ ...scan, component: "child", upTo: "end" }]);
  expect(writes).toMatchObject([{ component: "", after: { a: 1 } }]);
});

test("stale reads are kept apart", async () => {
  const { reads, staleReads } = await recordingOf((ctx) =>
    ctx.runQuery(child.rows.list, {}, { useStaleSnapshot: true }),
  );
  expect(reads).toEqual([]);
  expect(staleReads).toEqual([{ ...scan, component: "child", upTo: "end" }]);
});

test("the journal pins the page of the outermost query, and not that of a nested one", async () => {
  const paginationOpts = { numItems: 1, cursor: null };
  await recordingOf((ctx) => ctx.runMutation(child.rows.add, { a: 1 }));
  await insert(1, 2);
  const journal = { cursor: null, endCursor: "_end_cursor" };
  const nested = { count: 0, own: 0 };
  await record(
    () =>
      runtime.runInComponent("", async (ctx) => {
        nested.own = (await ctx.db.query("rows").paginate(paginationOpts)).page.length;
        await ctx.runMutation(child.rows.add, { a: 2 });
        const page = (await ctx.runQuery(child.rows.page, { paginationOpts })) as { page: [] };
        nested.count = page.page.length;
      }),
    { journal },
  );
  expect(nested).toEqual({ own: 2, count: 1 });
});

test("a commit timestamp is pending in the write and settled in what is read later", async () => {
  const { writes } = await recordingOf((ctx) =>
    ctx.db.insert("rows", { a: 1, at: ctx.db.vars.commitTs }),
  );
  expect(isPending(writes[0]?.after?.at)).toBe(true);
  const { reads } = await recordingOf((ctx) => ctx.db.query("rows").first());
  expect(reads).toMatchObject([{ upTo: { row: { at: expect.any(BigInt) as unknown } } }]);
});

test("inside its transaction a pending timestamp is read as the largest one", async () => {
  const { reads } = await recordingOf(async (ctx) => {
    await ctx.db.insert("rows", { a: 1, at: ctx.db.vars.commitTs });
    await ctx.db.query("rows").first();
  });
  expect(reads).toMatchObject([{ upTo: { row: { at: 2n ** 63n - 1n } } }]);
});

test("the recorder does not show in the transaction metrics", async () => {
  const handler = async (ctx: Ctx) => {
    const id = await ctx.db.insert("rows", { a: 1 });
    await ctx.db.patch(id, { a: 2 });
    await ctx.db.delete(id);
    return ctx.meta.getTransactionMetrics();
  };
  const plain = await runtime.runInComponent("", handler);
  const recorded = await record(() => runtime.runInComponent("", handler));
  expect(recorded).toMatchObject({ ok: true, value: plain });
});

test("a function that convex-test schedules does not record into its scheduler", async () => {
  const address = { name: "rows:add", args: { a: 1 }, ts: 0 };
  const { Convex } = globalThis as unknown as {
    Convex: { asyncSyscall: (op: string, json: string) => Promise<string> };
  };
  const { recording } = await record(() =>
    runtime.runInComponent("child", async () => {
      await Convex.asyncSyscall("1.0/schedule", JSON.stringify(address));
      return null;
    }),
  );
  await expect
    .poll(() => runtime.runInComponent("child", (ctx) => ctx.db.query("rows").collect()))
    .toHaveLength(1);
  expect(recording.writes).toMatchObject([
    { component: "child", table: "_scheduled_functions", after: { state: { kind: "pending" } } },
  ]);
});

test("an override answers a syscall, and what it passes on is recorded", async () => {
  const overrides = {
    "1.0/insert": (
      args: object,
      next: (args: { table: string; value: object }) => Promise<string>,
    ) => next({ ...args, table: "rows", value: { a: 42 } }),
    "1.0/storageGenerateUploadUrl": () => Promise.resolve('"http://upload"'),
  };
  const recorded = await record(
    () =>
      runtime.runInComponent("", async (ctx) => {
        await ctx.db.insert("rows", { a: 1 });
        return ctx.storage.generateUploadUrl();
      }),
    { overrides: overrides as never },
  );
  expect(recorded).toMatchObject({ ok: true, value: "http://upload" });
  expect(recorded.recording.writes).toMatchObject([{ after: { a: 42 } }]);
});

test("an action's syscalls are overridden too, and nothing is recorded", async () => {
  const overrides = { "1.0/storageGenerateUploadUrl": () => Promise.resolve('"http://upload"') };
  const url = await withOverrides(overrides, () =>
    runtime.runInComponent("", (ctx) => ctx.storage.generateUploadUrl()),
  );
  expect(url).toBe("http://upload");
});

test("what a failing mutation read is recorded, with its error", async () => {
  const recorded = await record(() =>
    runtime.runInComponent("", async (ctx) => {
      await ctx.db.query("rows").collect();
      throw new Error("after reading");
    }),
  );
  expect(recorded).toMatchObject({ ok: false, error: new Error("after reading") });
  expect(recorded.recording.reads).toEqual([{ ...scan, upTo: "end" }]);
});
