import { fc, test } from "@fast-check/vitest";
import { Triggers } from "convex-helpers/server/triggers";
import { convexTest } from "convex-test";
import {
  componentsGeneric,
  defineSchema,
  defineTable,
  type DataModelFromSchemaDefinition,
  type GenericMutationCtx,
} from "convex/server";
import { v } from "convex/values";
import { expect } from "vitest";
import type { ComponentApi } from "../component/_generated/component.js";
import { register } from "../test.js";
import { ShardedCounter, type Trigger } from "./index.js";

const { shardedCounter: component } = componentsGeneric() as unknown as {
  shardedCounter: ComponentApi;
};

const schema = defineSchema({
  tasks: defineTable({ list: v.string(), hours: v.number(), isDone: v.boolean() }),
});
type DataModel = DataModelFromSchemaDefinition<typeof schema>;
type Ctx = GenericMutationCtx<DataModel>;

const counter = new ShardedCounter(component);
const TRIGGERS: Trigger<Ctx, DataModel, "tasks">[] = [
  counter.trigger<DataModel, "tasks">("all"),
  counter.trigger<DataModel, "tasks">("hours done", {
    where: ({ isDone }) => isDone,
    sum: ({ hours }) => hours,
  }),
  counter.trigger<DataModel, "tasks">(({ list }) => (list === "" ? null : `in ${list}`)),
  counter.trigger<DataModel, "tasks">(({ list, hours }) => [
    [`hours in ${list}`, hours],
    ["hours", hours],
  ]),
  counter.trigger<DataModel, "tasks">(({ isDone }) => ({ done: isDone ? 1 : 0, tasks: 1 })),
];

const tasks = fc.record({
  list: fc.constantFrom("", "home", "__proto__"),
  hours: fc.integer({ min: -5, max: 20 }),
  isDone: fc.boolean(),
});
const operations = fc.array(
  fc.record({
    kind: fc.constantFrom("insert", "insert", "patch", "replace", "delete"),
    index: fc.nat(),
    task: tasks,
  }),
  { maxLength: 30 },
);

test.prop([operations], { numRuns: 25 })(
  "any history of a table is counted as its documents are now",
  async (history) => {
    const t = convexTest(schema, { "./_generated/api.js": () => Promise.resolve({}) });
    register(t);
    const triggers = new Triggers<DataModel, Ctx>();
    for (const trigger of TRIGGERS) triggers.register("tasks", trigger);
    for (const { kind, index, task } of history)
      await t.run(async (plain) => {
        const ctx = triggers.wrapDB(plain as unknown as Ctx);
        const all = await ctx.db.query("tasks").take(99);
        const chosen = all[index % Math.max(all.length, 1)];
        if (kind === "insert" || !chosen) await ctx.db.insert("tasks", task);
        else if (kind === "patch")
          await ctx.db.patch("tasks", chosen._id, { isDone: task.isDone, list: task.list });
        else if (kind === "replace") await ctx.db.replace("tasks", chosen._id, task);
        else await ctx.db.delete("tasks", chosen._id);
      });
    await t.run(async (ctx) => {
      const all = await ctx.db.query("tasks").take(99);
      const hoursOf = (some: typeof all) => some.reduce((sum, { hours }) => sum + hours, 0);
      const inHome = all.filter(({ list }) => list === "home");
      expect(await counter.count(ctx, "all")).toBe(all.length);
      expect(await counter.count(ctx, "tasks")).toBe(all.length);
      expect(await counter.count(ctx, "hours")).toBe(hoursOf(all));
      expect(await counter.count(ctx, "in home")).toBe(inHome.length);
      expect(await counter.count(ctx, "hours in home")).toBe(hoursOf(inHome));
      expect(await counter.count(ctx, "in ")).toBe(0);
      const done = all.filter(({ isDone }) => isDone);
      expect(await counter.count(ctx, "done")).toBe(done.length);
      expect(await counter.count(ctx, "hours done")).toBe(hoursOf(done));
    });
  },
  30_000,
);

test("an update that changes nothing that counts writes nothing", async () => {
  const t = convexTest(schema, { "./_generated/api.js": () => Promise.resolve({}) });
  register(t);
  await t.run(async (ctx) => {
    const trigger = counter.trigger<DataModel, "tasks">("all");
    const _id = await ctx.db.insert("tasks", { list: "home", hours: 1, isDone: false });
    const oldDoc = { _id, _creationTime: 0, list: "home", hours: 1, isDone: false };
    const before = (await ctx.meta.getTransactionMetrics()).documentsWritten.used;
    await trigger(ctx, { id: _id, operation: "update", oldDoc, newDoc: { ...oldDoc, hours: 2 } });
    expect((await ctx.meta.getTransactionMetrics()).documentsWritten.used).toBe(before);
  });
});

test("a sum that is no number fails the write that it counts", async () => {
  const t = convexTest(schema, { "./_generated/api.js": () => Promise.resolve({}) });
  register(t);
  const trigger = counter.trigger<DataModel, "tasks">("all", { sum: () => NaN });
  const written = t.run(async (ctx) => {
    const id = await ctx.db.insert("tasks", { list: "home", hours: 1, isDone: false });
    const newDoc = await ctx.db.get("tasks", id);
    if (newDoc) await trigger(ctx, { id, operation: "insert", oldDoc: null, newDoc });
  });
  await expect(written).rejects.toMatchObject({ data: { field: "count" } });
});

test("a document from before whose sum is no number can be put right, and deleted", async () => {
  const t = convexTest(schema, { "./_generated/api.js": () => Promise.resolve({}) });
  register(t);
  const trigger = counter.trigger<DataModel, "tasks">("hours", { sum: ({ hours }) => hours });
  await t.run(async (ctx) => {
    const id = await ctx.db.insert("tasks", { list: "home", hours: NaN, isDone: false });
    const bad = await ctx.db.get("tasks", id);
    if (!bad) throw new Error("invariant: it was inserted");
    const good = { ...bad, hours: 3 };
    await trigger(ctx, { id, operation: "update", oldDoc: bad, newDoc: good });
    expect(await counter.count(ctx, "hours")).toBe(3);
    await trigger(ctx, { id, operation: "delete", oldDoc: bad, newDoc: null });
    expect(await counter.count(ctx, "hours")).toBe(3);
  });
});
