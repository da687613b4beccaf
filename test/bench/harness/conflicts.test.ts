import { componentsGeneric, defineSchema, defineTable, mutationGeneric } from "convex/server";
import type { FunctionReference } from "convex/server";
import { v } from "convex/values";
import { expect, test } from "vitest";
import type { Bench, Ctx } from "./bench.ts";
import { measureContentions } from "./conflicts.ts";

const schema = defineSchema({
  rows: defineTable({ key: v.string(), n: v.number() }).index("by_key", ["key"]),
});

const functions = {
  bump: mutationGeneric({
    args: { key: v.string() },
    handler: async (ctx, { key }) => {
      const rows = ctx.db.query("rows").withIndex("by_key", (q) => q.eq("key", key));
      const row = await rows.unique();
      if (row === null) await ctx.db.insert("rows", { key, n: 1 });
      else await ctx.db.patch("rows", row._id, { n: Number(row["n"]) + 1 });
    },
  }),
  add: mutationGeneric({
    args: { key: v.string() },
    handler: async (ctx, { key }) => {
      await ctx.db.insert("rows", { key, n: 1 });
    },
  }),
};

type Write = FunctionReference<"mutation", "internal", { key: string }>;

const { toy } = componentsGeneric() as unknown as {
  toy: { toy: Record<keyof typeof functions, Write> };
};

interface Toy {
  write(ctx: Ctx, key: string): Promise<unknown>;
}

const subject = (name: keyof typeof functions): Bench<Toy>["subjects"][number] => ({
  name,
  packageName: "toy",
  mount: (t) =>
    t.registerComponent("toy", schema, {
      "./_generated/api.ts": () => Promise.resolve({}),
      "./toy.ts": () => Promise.resolve(functions),
    }),
  client: () => ({ write: (ctx, key) => ctx.runMutation(toy.toy[name], { key }) }),
});

const write: Bench<Toy>["contentions"][number]["run"] = (client, ctx, { key }) =>
  client.write(ctx, key);

const bench: Bench<Toy> = {
  component: "toy",
  subjects: [subject("bump"), subject("add")],
  operations: [],
  growths: [],
  contentions: [
    { name: "one key", values: [1, 8], run: write },
    { name: "many keys", of: "keys", values: [1_000], run: write, absent: { add: "no need" } },
  ],
};

test("a row that everybody patches is met, blind inserts and other keys are not", async () => {
  const rows = await measureContentions(bench);
  const found = rows.map(({ workload, subject, at, where, values }) => {
    const met = (values["conflictsPer1000"] ?? 0) > 100;
    return [workload, subject, at, met, where];
  });
  expect(found).toEqual([
    ["one key", "bump", 1, false, undefined],
    ["one key", "bump", 8, true, "toy/rows.by_key"],
    ["one key", "add", 1, false, undefined],
    ["one key", "add", 8, false, undefined],
    ["many keys", "bump", 1_000, false, "toy/rows.by_key"],
  ]);
});
