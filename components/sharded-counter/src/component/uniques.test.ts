import { convexTest } from "convex-test";
import { expect, test } from "vitest";
import { hash64 } from "../shared/hash.js";
import { withHash } from "../shared/hyperLogLog.js";
import { modules } from "../test.js";
import { api } from "./_generated/api.js";
import schema from "./schema.js";

const setup = () => convexTest(schema, modules);
type Test = ReturnType<typeof setup>;

/** Adds the items from `from` to `to`, in one mutation, and says how many were new. */
const addItems = (t: Test, name: string, { from = 0, to }: { from?: number; to: number }) =>
  t.run(async (ctx) => {
    let added = 0;
    for (let item = from; item < to; item++)
      if (await ctx.runMutation(api.uniques.add, { name, item: `item ${item}` })) added++;
    return added;
  });
const count = (t: Test, name: string) => t.query(api.uniques.count, { name });

test("up to 256 different items are counted exactly", async () => {
  const t = setup();
  expect(await count(t, "a")).toBe(0);
  expect(await addItems(t, "a", { to: 256 })).toBe(256);
  expect(await count(t, "a")).toBe(256);
  expect(await addItems(t, "a", { to: 256 })).toBe(0);
  expect(await count(t, "b")).toBe(0);
}, 30_000);

test("ten thousand items are counted within 5 %, and none of them is new again", async () => {
  const t = setup();
  await addItems(t, "a", { to: 300 });
  await t.run(async (ctx) => {
    const row = await ctx.db.query("uniques").first();
    const registers = new Uint8Array(row?.registers ?? new ArrayBuffer(0));
    for (let item = 300; item < 10_000; item++) {
      const next = withHash(registers, hash64(`item ${item}`));
      if (next) registers.set(next);
    }
    if (row) await ctx.db.patch("uniques", row._id, { registers: registers.buffer });
  });
  expect(Math.abs((await count(t, "a")) - 10_000)).toBeLessThan(500);
  const before = await t.run((ctx) => ctx.db.query("uniques").first());
  expect(before?.registers?.byteLength).toBe(4096);
  expect(await addItems(t, "a", { from: 5000, to: 5500 })).toBe(0);
  expect(await t.run((ctx) => ctx.db.query("uniques").first())).toEqual(before);
}, 30_000);

test.each([
  { size: 100, isExact: true },
  { size: 200, isExact: false },
  { size: 400, isExact: false },
])(
  "a merge of two sets of $size counts what both have once",
  async ({ size, isExact }) => {
    const t = setup();
    await addItems(t, "a", { to: size });
    await addItems(t, "b", { from: size / 2, to: size * 1.5 });
    await t.mutation(api.uniques.merge, { into: "a", from: "b" });
    const union = size * 1.5;
    const merged = await count(t, "a");
    expect(Math.abs(merged - union)).toBeLessThanOrEqual(isExact ? 0 : union * 0.05);
    await t.mutation(api.uniques.merge, { into: "a", from: "b" });
    expect(await count(t, "a")).toBe(merged);
    await t.mutation(api.uniques.merge, { into: "new", from: "a" });
    expect(await count(t, "new")).toBe(merged);
  },
  30_000,
);

test("a merge with what does not exist changes nothing", async () => {
  const t = setup();
  await t.mutation(api.uniques.merge, { into: "a", from: "b" });
  expect(await t.run((ctx) => ctx.db.query("uniques").first())).toBeNull();
});

test("a reset forgets the items, and leaves nothing behind", async () => {
  const t = setup();
  await addItems(t, "a", { to: 3 });
  await t.mutation(api.uniques.reset, { name: "a" });
  await t.mutation(api.uniques.reset, { name: "a" });
  expect(await t.run((ctx) => ctx.db.query("uniques").first())).toBeNull();
  expect(await addItems(t, "a", { to: 3 })).toBe(3);
});

test("a name that is too long is refused", async () => {
  const add = setup().mutation(api.uniques.add, { name: "x".repeat(513), item: "i" });
  await expect(add).rejects.toMatchObject({ data: { field: "name" } });
});
