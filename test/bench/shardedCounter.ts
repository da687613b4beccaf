import { ShardedCounter as OfficialCounter } from "@convex-dev/sharded-counter";
import type { ComponentApi as OfficialApi } from "@convex-dev/sharded-counter/_generated/component.js";
import official from "@convex-dev/sharded-counter/test";
import { ShardedCounter } from "@convex-suite/sharded-counter";
import type { ComponentApi } from "@convex-suite/sharded-counter/_generated/component.js";
import ours from "@convex-suite/sharded-counter/test";
import { componentsGeneric } from "convex/server";
import { defineBench, type Ctx, type Range, type Subject } from "./harness/bench.ts";
import type { World } from "./harness/world.ts";

const components = componentsGeneric() as unknown as {
  shardedCounter: ComponentApi & OfficialApi;
};

interface Counter {
  add(ctx: Ctx, name: string): Promise<unknown>;
  /** One more of each. */
  addMany(ctx: Ctx, names: readonly string[]): Promise<unknown>;
  count(ctx: Ctx, name: string): Promise<number>;
  /** What a mutation asks that goes on to add. */
  countInMutation(ctx: Ctx, name: string): Promise<number>;
  estimateCount(ctx: Ctx, name: string): Promise<number>;
  rebalance(ctx: Ctx, name: string): Promise<unknown>;
  reset(ctx: Ctx, name: string): Promise<unknown>;
}

const suffixOf = (shards: number) => `, ${shards} shard${shards === 1 ? "" : "s"}`;

/** `snapshotCount` is as exact as `count`, and what its README says to use in mutations. */
function ourSubject(shards?: number): Subject<Counter> {
  const options = shards === undefined ? {} : { defaultShards: shards };
  return {
    name: shards === undefined ? "ours" : `ours${suffixOf(shards)}`,
    packageName: "@convex-suite/sharded-counter",
    ...(shards === undefined ? {} : { shards }),
    // With its background work, as in production.
    mount: (t) => ours.register(t, "shardedCounter", { background: true }),
    client: () => {
      const counter = new ShardedCounter<string>(components.shardedCounter, options);
      return {
        add: (ctx, name) => counter.add(ctx, name),
        addMany: (ctx, names) =>
          counter.addMany(
            ctx,
            names.map((name) => [name, 1] as const),
          ),
        count: (ctx, name) => counter.count(ctx, name),
        countInMutation: (ctx, name) => counter.snapshotCount(ctx, name),
        estimateCount: (ctx, name) => counter.estimateCount(ctx, name),
        rebalance: (ctx, name) => counter.rebalance(ctx, name),
        reset: (ctx, name) => counter.reset(ctx, name),
      };
    },
  };
}

const officialSubject = (shards: number): Subject<Counter> => ({
  name: `official${suffixOf(shards)}`,
  packageName: "@convex-dev/sharded-counter",
  shards,
  mount: (t) => official.register(t),
  client: () => {
    const options = { defaultShards: shards };
    const counter = new OfficialCounter<string>(components.shardedCounter, options);
    return {
      add: (ctx, name) => counter.add(ctx, name),
      addMany: async (ctx, names) => {
        for (const name of names) await counter.add(ctx, name);
      },
      count: (ctx, name) => counter.count(ctx, name),
      countInMutation: (ctx, name) => counter.count(ctx, name),
      estimateCount: (ctx, name) => counter.estimateCount(ctx, name),
      rebalance: (ctx, name) => counter.rebalance(ctx, name),
      reset: (ctx, name) => counter.reset(ctx, name),
    };
  },
});

const NAME = "visits";
const NAMES = Array.from({ length: 10 }, (_, i) => `page ${i}`);

/** Enough calls to touch each of 64 shards. */
const addOften = (world: World<Counter>) =>
  world.repeat(500, (counter, ctx) => counter.add(ctx, NAME));

const addToAll = (world: World<Counter>) =>
  world.repeat(100, (counter, ctx) => counter.addMany(ctx, NAMES));

/** Rows of other names, as both packages store them. */
async function addNames(world: World<Counter>, range: Range): Promise<void> {
  const rowOf = (i: number) => ({ name: `name ${i}`, value: 1, shard: 0 });
  await world.fill({ component: "shardedCounter", table: "counters" }, range, rowOf);
  if (range.from === 0) await addOften(world);
}

const NOTHING_TO_SPREAD = { ours: "the log has nothing to spread" };

export default defineBench<Counter>({
  component: "sharded-counter",
  subjects: [ourSubject(), ourSubject(16), ...[1, 4, 16, 64].map(officialSubject)],
  operations: [
    { name: "add, first use of a name", run: (counter, ctx, { key }) => counter.add(ctx, key) },
    {
      name: "add",
      prepare: addOften,
      calls: 512,
      run: (counter, ctx) => counter.add(ctx, NAME),
    },
    {
      name: "add, ten times in one mutation",
      prepare: addOften,
      calls: 50,
      run: async (counter, ctx) => {
        for (let i = 0; i < 10; i++) await counter.add(ctx, NAME);
      },
    },
    {
      name: "addMany, ten names",
      prepare: addToAll,
      calls: 50,
      run: (counter, ctx) => counter.addMany(ctx, NAMES),
    },
    {
      name: "count",
      prepare: addOften,
      run: (counter, ctx) => counter.count(ctx, NAME),
    },
    {
      name: "count in a mutation that adds",
      prepare: addOften,
      calls: 512,
      run: async (counter, ctx) => {
        await counter.countInMutation(ctx, NAME);
        await counter.add(ctx, NAME);
      },
    },
    {
      name: "estimateCount",
      prepare: addOften,
      run: (counter, ctx) => counter.estimateCount(ctx, NAME),
    },
    {
      name: "rebalance, uneven",
      isRepeatable: false,
      prepare: addOften,
      absent: NOTHING_TO_SPREAD,
      run: (counter, ctx) => counter.rebalance(ctx, NAME),
    },
    {
      name: "rebalance, even",
      prepare: async (world) => {
        await addOften(world);
        await world.run((counter, ctx) => counter.rebalance(ctx, NAME));
      },
      absent: NOTHING_TO_SPREAD,
      run: (counter, ctx) => counter.rebalance(ctx, NAME),
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
      grow: addNames,
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
    { name: "add, one name", run: (counter, ctx) => counter.add(ctx, NAME) },
    {
      name: "count in a mutation that adds, one name",
      values: [32],
      run: async (counter, ctx) => {
        await counter.countInMutation(ctx, NAME);
        await counter.add(ctx, NAME);
      },
    },
  ],
  worse: [
    {
      values: ["scheduled"],
      because: "one addition in 256 asks for a sweep, so that nobody has to schedule one",
    },
    {
      values: ["documentsWritten", "bytesWritten"],
      because:
        "an event says more than a row, one in 14 makes a checkpoint, and each is deleted once: the price of never meeting another addition",
    },
    {
      values: ["nestedCalls"],
      because: "rows and sweeps are looked for through a snapshot, which is why nothing conflicts",
    },
    {
      values: ["queries"],
      because: "a count is of the log and the rows together, so that names can move at any time",
    },
    {
      values: ["documentsRead", "bytesRead"],
      because:
        "the log is read from its last checkpoint on, 14 events on average; fewer shards are fewer rows, and more conflicts",
    },
  ],
});
