import { ShardedCounter, type CounterOptions } from "@convex-suite/sharded-counter";
import { defineSchema, defineTable, mutationGeneric } from "convex/server";
import { v } from "convex/values";
import { checkStorage, components, mounted, sweepAtRest } from "../models/counterApp.ts";
import { app, defineApp, type Scenario } from "../scenario.ts";

const TTL_MS = 60_000;

const schema = defineSchema({
  calls: defineTable({ key: v.string(), count: v.number(), isFirst: v.boolean(), at: v.number() }),
});

interface Call {
  key: string;
  count: number;
  isFirst: boolean;
  at: number;
}

/** Clients deliver the same webhooks over and over until one is acknowledged, and then again. */
function once(name: string, options: CounterOptions): Scenario {
  const counter = () => new ShardedCounter(components.shardedCounter, options);
  const deliver = mutationGeneric({
    args: { key: v.string(), count: v.number() },
    handler: async (ctx, { key, count }) => {
      const isFirst = await counter().once(ctx, "payments", { key, count, ttlMs: TTL_MS });
      await ctx.db.insert("calls", { key, count, isFirst, at: Date.now() });
    },
  });
  const sweep = mutationGeneric({ args: {}, handler: (ctx) => counter().sweep(ctx) });
  return {
    name: `sharded-counter/once-${name}`,
    app: defineApp({ schema, functions: { deliver, sweep }, components: mounted() }),
    start(simulation) {
      const clients = 1 + simulation.choices.draw(3);
      for (let i = 0; i < clients; i += 1) {
        simulation.client(`client ${i}`, (client) =>
          client.repeat(15, async () => {
            const { choices } = client;
            const key = choices.pick(["ada", "bob", "eve"]);
            const count = 1 + choices.draw(5);
            for (let attempt = 0; attempt < 3; attempt += 1) {
              const { status } = await client.mutation(app.mutation("deliver"), { key, count });
              if (status === "ok") break;
            }
            if (choices.chance(0.1)) await client.mutation(app.mutation("sweep"), {});
            await client.sleep(choices.draw(choices.pick([1, 1_000, 2 * TTL_MS])));
          }),
        );
      }
      simulation.afterEveryCommit(() => {
        const wrong = misjudged(simulation.documents<Call>("", "calls"));
        simulation.check(wrong === null, String(wrong));
      });
      sweepAtRest(simulation);
      return async () => {
        const first = simulation.documents<Call>("", "calls").filter(({ isFirst }) => isFirst);
        const delivered = first.reduce((sum, { count }) => sum + count, 0);
        const args = { name: "payments" };
        const count = await simulation.query("shardedCounter", "counters:count", args);
        simulation.check(count === delivered, `counted ${count}, delivered ${delivered}`);
        checkStorage(simulation);
      };
    },
  };
}

/** The last call, if it was added within the time to live of another one, or not added without. */
function misjudged(calls: readonly Call[]): string | null {
  const call = calls.at(-1);
  if (!call) return null;
  const { key, at, isFirst } = call;
  const isKnown = calls
    .slice(0, -1)
    .some((other) => other.key === key && other.isFirst && at < other.at + TTL_MS);
  return isKnown === isFirst ? `${key} was added ${isFirst ? "twice" : "never"}` : null;
}

export const scenarios = [once("log", {}), once("shards", { defaultShards: 4 })];
