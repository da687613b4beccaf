import { ShardedCounter } from "@convex-dev/sharded-counter";
import type { ComponentApi } from "@convex-dev/sharded-counter/_generated/component.js";
import shardedCounter from "@convex-dev/sharded-counter/test";
import { componentsGeneric, mutationGeneric } from "convex/server";
import { v } from "convex/values";
import { app, componentsOf, defineApp, type Scenario } from "../scenario.ts";

const components = componentsGeneric() as unknown as { shardedCounter: ComponentApi };

/** A check of the simulator on `@convex-dev/sharded-counter` 0.2.1: sums, with rebalancing. */
function officialCounter(shards: number, finds?: RegExp): Scenario {
  const counter = () => new ShardedCounter(components.shardedCounter, { defaultShards: shards });
  const add = mutationGeneric({
    args: { count: v.number() },
    handler: (ctx, { count }) => counter().add(ctx, "visits", count),
  });
  const rebalance = mutationGeneric({
    args: {},
    handler: (ctx) => counter().rebalance(ctx, "visits"),
  });
  const functions = { add, rebalance };
  return {
    name: `official-sharded-counter/rebalance-${shards}-shards`,
    app: defineApp({ functions, components: componentsOf(shardedCounter.register) }),
    finds,
    start(simulation) {
      let added = 0;
      const clients = 1 + simulation.choices.draw(4);
      for (let i = 0; i < clients; i += 1) {
        simulation.client(`client ${i}`, (client) =>
          client.repeat(10, async () => {
            if (client.choices.chance(0.2)) {
              await client.mutation(app.mutation("rebalance"), {});
              return;
            }
            const count = 1 + client.choices.draw(5);
            const { commits } = await client.mutation(app.mutation("add"), { count });
            added += count * commits;
          }),
        );
      }
      return async () => {
        const count = await simulation.query("shardedCounter", "public:count", { name: "visits" });
        simulation.check(Number.isInteger(count), `whole numbers add up to ${String(count)}`);
        simulation.check(count === added, `count ${String(count)}, but added ${added}`);
      };
    },
  };
}

export const scenarios = [officialCounter(16), officialCounter(10, /whole numbers add up to/)];
