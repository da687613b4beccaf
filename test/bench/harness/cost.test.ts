import {
  anyApi,
  componentsGeneric,
  defineSchema,
  defineTable,
  mutationGeneric,
  type FunctionReference,
} from "convex/server";
import { v } from "convex/values";
import { expect, test } from "vitest";
import type { Bench, Ctx, Subject } from "./bench.ts";
import { measureCosts } from "./cost.ts";

const schema = defineSchema({ rows: defineTable({ n: v.number() }) });

const functions = {
  add: mutationGeneric({
    args: { n: v.number() },
    handler: async (ctx, { n }) => {
      await ctx.db.insert("rows", { n: n + Math.random() });
    },
  }),
  queue: mutationGeneric({
    args: { n: v.number() },
    handler: async (ctx, args) => {
      const { toy } = anyApi as unknown as ToyApi;
      await ctx.scheduler.runAfter(60_000, toy.add, args);
    },
  }),
};

type Add = FunctionReference<"mutation", "internal", { n: number }>;
type ToyApi = { toy: Record<"add" | "queue", Add> };

interface Toy {
  add(ctx: Ctx, n: number): Promise<unknown>;
}

const { toy } = componentsGeneric() as unknown as { toy: ToyApi };

const subject = (name: "add" | "queue"): Subject<Toy> => ({
  name,
  packageName: "toy",
  mount: (t) =>
    t.registerComponent("toy", schema, {
      "./_generated/api.ts": () => Promise.resolve({}),
      "./toy.ts": () => Promise.resolve(functions),
    }),
  client: () => ({ add: (ctx, n) => ctx.runMutation(toy.toy[name], { n }) }),
});

const bench: Bench<Toy> = {
  component: "toy",
  subjects: [subject("add"), subject("queue")],
  operations: [{ name: "add", calls: 2, run: (client, ctx, { n }) => client.add(ctx, n) }],
  growths: [
    {
      of: "rows",
      sizes: [1, 2],
      grow: (world, { from, to }) =>
        world.repeat(to - from, (client, ctx, { n }) => client.add(ctx, n)),
      operations: [
        {
          name: "read all",
          metric: "documentsRead",
          absent: { queue: "it has none" },
          run: (_, ctx) => ctx.runMutation(toy.toy.add, { n: 0 }),
        },
      ],
    },
  ],
  contentions: [],
};

test("queued work is counted apart from the call, and for all subjects once one queues any", async () => {
  const rows = await measureCosts({ ...bench, growths: [] });
  const summary = rows.map(({ workload, subject, values }) => [
    workload,
    subject,
    values["documentsWritten"],
    values["nestedCalls"],
    values["scheduled"],
  ]);
  expect(summary).toEqual([
    ["add", "add", 1, 1, 0],
    ["add", "queue", 0, 1, 1],
    ["add, with the work it queues", "add", 1, 1, 0],
    ["add, with the work it queues", "queue", 1, 1, 1],
  ]);
});

test("growth is measured at each size, for the subjects that have the operation", async () => {
  const rows = await measureCosts({ ...bench, operations: [] });
  expect(rows.map(({ workload, subject, at }) => [workload, subject, at])).toEqual([
    ["read all", "add", 1],
    ["read all", "add", 2],
  ]);
});

test("the same bench gives the same rows", async () => {
  expect(await measureCosts(bench)).toEqual(await measureCosts(bench));
});
