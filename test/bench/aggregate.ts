import { DirectAggregate } from "@convex-dev/aggregate";
import type { ComponentApi } from "@convex-dev/aggregate/_generated/component.js";
import aggregate from "@convex-dev/aggregate/test";
import batchWorker from "@convex-dev/batch-worker/test";
import { DirectAggregate as EarlierAggregate } from "aggregate-0.2.2";
import type { ComponentApi as EarlierApi } from "aggregate-0.2.2/_generated/component.js";
import earlier from "aggregate-0.2.2/test";
import { componentsGeneric } from "convex/server";
import {
  defineBench,
  type Ctx,
  type Mountable,
  type Range,
  type Subject,
} from "./harness/bench.ts";
import type { World } from "./harness/world.ts";

const components = componentsGeneric() as unknown as { aggregate: ComponentApi & EarlierApi };

interface Item {
  key: number;
  id: string;
}

interface Aggregate {
  insert(ctx: Ctx, item: Item): Promise<void>;
  count(ctx: Ctx): Promise<number>;
  at(ctx: Ctx, offset: number): Promise<unknown>;
}

/** Queued inserts cost the same at any size, and 0.2.2 costs what the newest version costs. */
const AS_OFFICIAL = {
  "official 0.2.2, lazy root": "costs what the newest version costs",
  "official 0.2.2, eager root":
    "costs what the newest version costs; an insert writes one document more",
  "official, enqueueBatch":
    "queueing costs the same at any size, and the worker pays what official pays",
};

const AS_LAZY_ROOT = {
  official: "conflicts as 0.2.2 with a lazy root: an insert reads and writes the same",
};

const NODE_SIZE = 16;

const startTree = (rootLazy: boolean) => (ctx: Ctx) =>
  new DirectAggregate(components.aggregate).clear(ctx, { maxNodeSize: NODE_SIZE, rootLazy });

const earlierSubject = (rootLazy: boolean): Subject<Aggregate> => ({
  name: `official 0.2.2, ${rootLazy ? "lazy" : "eager"} root`,
  packageName: "aggregate-0.2.2",
  mount: (t) => earlier.register(t),
  client: () => new EarlierAggregate<{ Key: number; Id: string }>(components.aggregate),
  setUp: startTree(rootLazy),
});

const newest = {
  packageName: "@convex-dev/aggregate",
  mount: (t: Mountable) => {
    aggregate.register(t);
    batchWorker.register(t, "aggregate/batchWorker");
  },
  setUp: startTree(true),
};

const tree = () => new DirectAggregate<{ Key: number; Id: string }>(components.aggregate);

const insertRandom = (aggregate: Pick<Aggregate, "insert">, ctx: Ctx, id: string) =>
  aggregate.insert(ctx, { key: Math.floor(Math.random() * 1e9), id: id.padEnd(30, "-") });

/** Hundreds of inserts in each mutation, and never queued: what is measured comes after. */
async function insertRows(world: World<Aggregate>, { from, to }: Range) {
  for (let start = from; start < to; start += 200) {
    await world.run(async (_, ctx) => {
      for (let i = start; i < Math.min(start + 200, to); i++) {
        await insertRandom(tree(), ctx, `row ${i}`);
      }
    });
  }
}

export default defineBench<Aggregate>({
  component: "aggregate",
  subjects: [
    earlierSubject(true),
    earlierSubject(false),
    { ...newest, name: "official", client: tree },
    {
      ...newest,
      name: "official, enqueueBatch",
      client: () => ({
        insert: (ctx, item) => tree().enqueueBatch(ctx, [{ type: "insert", ...item }]),
        count: (ctx) => tree().count(ctx),
        at: (ctx, offset) => tree().at(ctx, offset),
      }),
    },
  ],
  operations: [
    {
      name: "insert, 100 rows",
      prepare: (world) => insertRows(world, { from: 0, to: 100 }),
      calls: 50,
      run: (aggregate, ctx, { key }) => insertRandom(aggregate, ctx, key),
    },
    {
      name: "count, 100 rows",
      prepare: (world) => insertRows(world, { from: 0, to: 100 }),
      run: (aggregate, ctx) => aggregate.count(ctx),
    },
    {
      name: "at, 100 rows",
      prepare: (world) => insertRows(world, { from: 0, to: 100 }),
      calls: 30,
      run: (aggregate, ctx) => aggregate.at(ctx, Math.floor(Math.random() * 100)),
    },
  ],
  growths: [
    {
      of: "rows",
      sizes: [10, 100, 1_000, 10_000],
      grow: insertRows,
      operations: [
        {
          name: "insert",
          metric: "documentsRead",
          calls: 30,
          absent: AS_OFFICIAL,
          run: (aggregate, ctx, { key }) => insertRandom(aggregate, ctx, key),
        },
        {
          name: "count",
          metric: "documentsRead",
          absent: AS_OFFICIAL,
          run: (aggregate, ctx) => aggregate.count(ctx),
        },
        {
          name: "at",
          metric: "documentsRead",
          calls: 30,
          absent: AS_OFFICIAL,
          run: (aggregate, ctx, { size }) => aggregate.at(ctx, Math.floor(Math.random() * size)),
        },
      ],
    },
  ],
  contentions: [
    {
      name: "insert, random keys, among 500 rows",
      absent: AS_LAZY_ROOT,
      values: [4, 32, 64],
      prepare: {
        calls: 50,
        run: async (_, ctx, { n }) => {
          for (let i = 0; i < 10; i++) await insertRandom(tree(), ctx, `row ${n * 10 + i}`);
        },
      },
      run: (aggregate, ctx, { client, n }) => insertRandom(aggregate, ctx, `${client}-${n}`),
    },
    {
      name: "insert, growing keys",
      absent: AS_LAZY_ROOT,
      values: [32],
      run: (aggregate, ctx, { client, n }) =>
        aggregate.insert(ctx, { key: Date.now(), id: `${client}-${n}` }),
    },
  ],
});
