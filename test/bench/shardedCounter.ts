import { ShardedCounter } from "@convex-dev/sharded-counter";
import type { ComponentApi } from "@convex-dev/sharded-counter/_generated/component.js";
import official from "@convex-dev/sharded-counter/test";
import { componentsGeneric } from "convex/server";
import type { World } from "./harness/world.ts";
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

/** Enough calls to touch each of 64 shards. */
const addOften = (world: World<Counter>) =>
  world.repeat(500, (counter, ctx) => counter.add(ctx, NAME));

export default defineBench<Counter>({
  component: "sharded-counter",
  subjects: [1, 4, 16, 64].map(officialSubject),
  operations: [
    { name: "add, first use of a name", run: (counter, ctx, { key }) => counter.add(ctx, key) },
    {
      name: "add",
      prepare: addOften,
      calls: 200,
      run: (counter, ctx) => counter.add(ctx, NAME),
    },
    {
      name: "add, ten times in one mutation",
      prepare: addOften,
      run: async (counter, ctx) => {
        for (let i = 0; i < 10; i++) await counter.add(ctx, NAME);
      },
    },
    {
      name: "count",
      prepare: addOften,
      run: (counter, ctx) => counter.count(ctx, NAME),
    },
    {
      name: "reset",
      isRepeatable: false,
      prepare: addOften,
      run: (counter, ctx) => counter.reset(ctx, NAME),
    },
  ],
  growths: [
    {
      of: "names",
      sizes: [10, 100, 1_000, 10_000],
      grow: async (world, range) => {
        const rowOf = (i: number) => ({ name: `name ${i}`, value: 1, shard: 0 });
        await world.fill({ component: "shardedCounter", table: "counters" }, range, rowOf);
        if (range.from === 0) await addOften(world);
      },
      operations: [
        {
          name: "add, among many names",
          metric: "documentsRead",
          calls: 20,
          run: (counter, ctx) => counter.add(ctx, NAME),
        },
      ],
    },
  ],
  contentions: [
    {
      name: "add, one name",
      run: (counter, ctx) => counter.add(ctx, NAME),
    },
    {
      name: "count in a mutation that adds, one name",
      values: [32],
      run: async (counter, ctx) => {
        await counter.count(ctx, NAME);
        await counter.add(ctx, NAME);
      },
    },
  ],
});
