import { DirectAggregate } from "@convex-dev/aggregate";
import type { ComponentApi } from "@convex-dev/aggregate/_generated/component.js";
import aggregate from "@convex-dev/aggregate/test";
import batchWorker from "@convex-dev/batch-worker/test";
import { componentsGeneric, defineSchema, defineTable, mutationGeneric } from "convex/server";
import { compareValues, v, type Value } from "convex/values";
import { app, componentsOf, defineApp, type Scenario } from "../scenario.ts";

const components = componentsGeneric() as unknown as { aggregate: ComponentApi };

const schema = defineSchema({ items: defineTable({ key: v.any() }).index("by_key", ["key"]) });

type Keys = readonly [Value, ...Value[]];

/** A check of the simulator on `@convex-dev/aggregate` 0.3.1: the order of a table by its index. */
function officialAggregate(name: string, keys: Keys, finds?: RegExp): Scenario {
  const put = mutationGeneric({
    args: { key: v.any() },
    handler: async (ctx, { key }: { key: Value }) => {
      const item = { key, id: "", sumValue: 0 };
      const items = ctx.db.query("items").withIndex("by_key", (q) => q.eq("key", key));
      if ((await items.first()) === null) await ctx.db.insert("items", { key });
      const tree = new DirectAggregate<{ Key: Value; Id: string }>(components.aggregate);
      await tree.replaceOrInsert(ctx, item, item);
    },
  });
  const mounted = componentsOf((t) => {
    aggregate.register(t);
    batchWorker.register(t, "aggregate/batchWorker");
  });
  return {
    name: `official-aggregate/${name}`,
    app: defineApp({ schema, functions: { put }, components: mounted }),
    finds,
    start(simulation) {
      for (const name of ["ada", "bob"]) {
        simulation.client(name, (client) =>
          client.repeat(12, async () => {
            await client.mutation(app.mutation("put"), { key: client.choices.pick(keys) });
          }),
        );
      }
      return async () => {
        const items = simulation.documents<{ key: Value }>("", "items");
        items.sort((a, b) => compareValues(a.key, b.key));
        const query = (fn: string, args = {}) => simulation.query("aggregate", `btree:${fn}`, args);
        const { count } = (await query("aggregateBetween")) as { count: number };
        simulation.check(count === items.length, `${count} counted, ${items.length} in the table`);
        for (const [offset, { key }] of items.entries()) {
          if (offset >= count) break;
          const { k } = (await query("atOffset", { offset })) as { k: [Value] };
          const isSame = compareValues(k[0], key) === 0;
          simulation.check(isSame, `at ${offset} is ${String(k[0])}, in the table ${String(key)}`);
        }
      };
    },
  };
}

export const scenarios = [
  officialAggregate("whole-numbers", [...Array(30).keys()] as unknown as Keys),
  officialAggregate(
    "unicode-keys",
    ["a", "\uE000", "\uFFFD", "\u{10000}", "\u{1F600}"],
    /at \d+ is/,
  ),
  officialAggregate("negative-zero", [0, -0, 1, -1], /counted/),
];
