import { ShardedCounter } from "@convex-dev/sharded-counter";
import type { ComponentApi } from "@convex-dev/sharded-counter/_generated/component.js";
import official from "@convex-dev/sharded-counter/test";
import { componentsGeneric } from "convex/server";
import { defineBench, type Ctx, type Subject } from "./harness/bench.ts";

const components = componentsGeneric() as unknown as { shardedCounter: ComponentApi };

interface Counter {
  add(ctx: Ctx, name: string, count?: number): Promise<unknown>;
  count(ctx: Ctx, name: string): Promise<number>;
  reset(ctx: Ctx, name: string): Promise<unknown>;
}

const officialSubject = (shards: number): Subject<Counter> => ({
  name: `official, ${shards} shard${shards === 1 ? "" : "s"}`,
  packageName: "@convex-dev/sharded-counter",
  shards,
  mount: (t) => official.register(t),
  client: () => new ShardedCounter<string>(components.shardedCounter, { defaultShards: shards }),
});

const NAME = "visits";

export default defineBench<Counter>({
  component: "sharded-counter",
  subjects: [1, 4, 16, 64].map(officialSubject),
  operations: [
    { name: "add, first use of a name", run: (counter, ctx, { key }) => counter.add(ctx, key) },
    {
      name: "add",
      prepare: (world) => world.repeat(500, (counter, ctx) => counter.add(ctx, NAME)),
      calls: 200,
      run: (counter, ctx) => counter.add(ctx, NAME),
    },
    {
      name: "add, ten times in one mutation",
      prepare: (world) => world.repeat(500, (counter, ctx) => counter.add(ctx, NAME)),
      run: async (counter, ctx) => {
        for (let i = 0; i < 10; i++) await counter.add(ctx, NAME);
      },
    },
    {
      name: "count",
      prepare: (world) => world.repeat(500, (counter, ctx) => counter.add(ctx, NAME)),
      run: (counter, ctx) => counter.count(ctx, NAME),
    },
    {
      name: "reset",
      isRepeatable: false,
      prepare: (world) => world.repeat(500, (counter, ctx) => counter.add(ctx, NAME)),
      run: (counter, ctx) => counter.reset(ctx, NAME),
    },
  ],
  growths: [
    {
      of: "names",
      sizes: [10, 100, 1_000, 10_000],
      grow: (world, { from, to }) =>
        world.fill("shardedCounter", async (ctx) => {
          for (let i = from; i < to; i++) {
            await ctx.db.insert("counters", { name: `name ${i}`, value: 1, shard: 0 });
          }
        }),
      operations: [
        {
          name: "add, to one of many names",
          metric: "documentsRead",
          run: (counter, ctx) => counter.add(ctx, "name 7"),
        },
      ],
    },
  ],
  contentions: [
    {
      name: "add, one name",
      of: "clients",
      values: [1, 4, 16, 32, 64],
      run: (counter, ctx) => counter.add(ctx, NAME),
    },
    {
      name: "count in a mutation that adds, one name",
      of: "clients",
      values: [32],
      run: async (counter, ctx) => {
        await counter.count(ctx, NAME);
        await counter.add(ctx, NAME);
      },
    },
  ],
});
