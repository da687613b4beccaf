import { beforeEach, expect, test } from "vitest";
import type { TestRuntime } from "../convexTestRuntime.ts";
import { insert, mountRows, range, recordingOf, scan } from "../testing/rows.ts";

let runtime: TestRuntime;

beforeEach(() => {
  runtime = mountRows();
});

test("an index range is recorded with its bounds and where it was left", async () => {
  await insert(runtime, 1, 2, 3);
  const { reads } = await recordingOf(runtime, async (ctx) => {
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
  await insert(runtime, 1);
  const { reads } = await recordingOf(runtime, (ctx) => ctx.db.query("rows").take(2));
  expect(reads).toEqual([{ ...scan, upTo: "end" }]);
});

test("a page is recorded from its cursor to its end", async () => {
  await insert(runtime, 1, 2, 3);
  const cursors: string[] = [];
  const page = (cursor: string | null) =>
    recordingOf(runtime, async (ctx) => {
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
  const { reads } = await recordingOf(runtime, async (ctx) => {
    await ctx.db
      .query("rows")
      .withSearchIndex("search_a", (q) => q.search("a" as never, "x"))
      .collect();
    await (ctx.db.query("rows") as unknown as { count: () => Promise<number> }).count();
  });
  const table = { kind: "table", component: "", table: "rows" };
  expect(reads).toEqual([table, table]);
});
