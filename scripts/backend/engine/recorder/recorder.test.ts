import type { GenericId } from "convex/values";
import { beforeEach, expect, test } from "vitest";
import type { TestRuntime } from "../convexTestRuntime.ts";
import { child, insert, mountRows, recordingOf, scan, type Ctx } from "../testing/rows.ts";
import { isPending } from "./commitTs.ts";
import { record, withOverrides } from "./recorder.ts";

let runtime: TestRuntime;

beforeEach(() => {
  runtime = mountRows();
});

test("several writes to one document are one change", async () => {
  const { writes } = await recordingOf(runtime, async (ctx) => {
    const id = await ctx.db.insert("rows", { a: 1 });
    await ctx.db.patch(id, { a: 2 });
    await ctx.db.replace(id, { a: 3 });
  });
  expect(writes).toMatchObject([{ table: "rows", before: null, after: { a: 3 } }]);
  const changed = await recordingOf(runtime, async (ctx) => {
    const id = await firstId(ctx);
    await ctx.db.patch(id, { a: 4 });
    await ctx.db.delete(id);
  });
  expect(changed.writes).toMatchObject([{ before: { a: 3 }, after: null }]);
});

test("a document that is inserted and deleted again was not written", async () => {
  const { writes } = await recordingOf(runtime, async (ctx) => {
    await ctx.db.delete(await ctx.db.insert("rows", { a: 1 }));
  });
  expect(writes).toEqual([]);
});

test("a change reads the document it changes", async () => {
  await insert(runtime, 1);
  const recording = await recordingOf(runtime, async (ctx) => {
    await ctx.db.patch(await firstId(ctx), { a: 2 });
  });
  const [{ id } = { id: "" }] = recording.writes;
  expect(recording.reads).toContainEqual({ kind: "point", component: "", id });
});

test("a nested call is recorded under its component", async () => {
  const { reads, writes } = await recordingOf(runtime, async (ctx) => {
    await ctx.runMutation(child.rows.add, { a: 1 });
    await ctx.runQuery(child.rows.list, {});
  });
  expect(reads.map(({ component }) => component)).toEqual(["child", "child"]);
  expect(writes).toMatchObject([{ component: "child", after: { a: 1 } }]);
});

test("the writes of a nested call that failed are gone, its reads are not", async () => {
  const { reads, writes } = await recordingOf(runtime, async (ctx) => {
    await ctx.db.insert("rows", { a: 1 });
    await ctx.runMutation(child.rows.add, { a: 2, fail: true }).catch(() => null);
  });
  expect(reads).toEqual([{ ...scan, component: "child", upTo: "end" }]);
  expect(writes).toMatchObject([{ component: "", after: { a: 1 } }]);
});

test("stale reads are kept apart", async () => {
  const { reads, staleReads } = await recordingOf(runtime, (ctx) =>
    ctx.runQuery(child.rows.list, {}, { useStaleSnapshot: true }),
  );
  expect(reads).toEqual([]);
  expect(staleReads).toEqual([{ ...scan, component: "child", upTo: "end" }]);
});

test("the journal pins the page of the outermost query, and not that of a nested one", async () => {
  const paginationOpts = { numItems: 1, cursor: null };
  await recordingOf(runtime, (ctx) => ctx.runMutation(child.rows.add, { a: 1 }));
  await insert(runtime, 1, 2);
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
  const { writes } = await recordingOf(runtime, (ctx) =>
    ctx.db.insert("rows", { a: 1, at: ctx.db.vars.commitTs }),
  );
  expect(isPending(writes[0]?.after?.at)).toBe(true);
  const { reads } = await recordingOf(runtime, (ctx) => ctx.db.query("rows").first());
  expect(reads).toMatchObject([{ upTo: { row: { at: expect.any(BigInt) as unknown } } }]);
});

test("inside its transaction a pending timestamp is read as the largest one", async () => {
  const { reads } = await recordingOf(runtime, async (ctx) => {
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
    await ctx.runMutation(child.rows.add, { a: 3 });
    return ctx.meta.getTransactionMetrics();
  };
  const plain = await mountRows().runInComponent("", handler);
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

async function firstId(ctx: Ctx): Promise<GenericId<"rows">> {
  return (await ctx.db.query("rows").first())?._id as GenericId<"rows">;
}
