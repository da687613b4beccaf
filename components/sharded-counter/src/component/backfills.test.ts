import { convexTest } from "convex-test";
import { expect, test } from "vitest";
import { modules } from "../test.js";
import { api } from "./_generated/api.js";
import schema from "./schema.js";

/*
 * What a backfill promises is tested in client/backfill.test.ts, where there is a table to count. Here
 * is what each write of that table depends on.
 */

const setup = () => convexTest(schema, modules);
type Test = ReturnType<typeof setup>;

const ID = "messages:all";
const start = (t: Test) =>
  t.mutation(api.backfills.start, { id: ID, cutoff: 100, counters: [{ name: "all" }] });
const advance = (t: Test, countedUntil: number | null, count = 1) =>
  t.mutation(api.backfills.advance, {
    id: ID,
    countedUntil,
    additions: [{ name: "all", count }],
  });
const add = (t: Test, createdAt: number) =>
  t.mutation(api.backfills.add, { id: ID, createdAt, additions: [{ name: "all", count: 1 }] });
const count = (t: Test) => t.query(api.counters.count, { name: "all" });
const progress = (t: Test) => t.query(api.backfills.progress, { id: ID });

test("a write is counted at once, unless a step is still to come to its document", async () => {
  const t = setup();
  expect(await add(t, 50)).toEqual([null]);
  await start(t);
  expect(await count(t)).toBe(0);
  expect(await add(t, 50)).toBeNull();
  expect(await add(t, 101)).toEqual([null]);
  await advance(t, 60);
  expect(await add(t, 50)).toEqual([null]);
  expect(await add(t, 60)).toEqual([null]);
  expect(await add(t, 61)).toBeNull();
  await advance(t, null);
  expect(await add(t, 61)).toEqual([null]);
  expect(await count(t)).toBe(6);
});

test("a backfill is over with its last step, and begins anew when it is started again", async () => {
  const t = setup();
  expect(await progress(t)).toBeNull();
  await start(t);
  await advance(t, 60);
  expect(await progress(t)).toEqual({ countedUntil: 60, cutoff: 100 });
  await start(t);
  expect(await progress(t)).toEqual({ countedUntil: 0, cutoff: 100 });
  expect(await count(t)).toBe(0);
  await advance(t, null, 9);
  expect(await progress(t)).toBeNull();
  await start(t);
  expect(await progress(t)).toEqual({ countedUntil: 0, cutoff: 100 });
  expect(await count(t)).toBe(0);
});

test("a step of a backfill that is not running is a defect, and counts nothing", async () => {
  const t = setup();
  await expect(advance(t, 60)).rejects.toThrow("invariant");
  expect(await count(t)).toBe(0);
});

test("an id that is too long is refused", async () => {
  const id = "x".repeat(257);
  const started = setup().mutation(api.backfills.start, { id, cutoff: 1, counters: [] });
  await expect(started).rejects.toMatchObject({ data: { field: "id" } });
});
