import { defineSchema, defineTable, mutationGeneric } from "convex/server";
import { v } from "convex/values";
import { app, defineApp, type Scenario } from "../scenario.ts";

const schema = defineSchema({
  tasks: defineTable({ name: v.string() }),
  workers: defineTable({ isAwake: v.boolean() }),
});

/** A worker drains a queue and falls asleep. The broken one does not look again before it sleeps. */
function lostWakeUp(isBroken: boolean): Scenario {
  const enqueue = mutationGeneric({
    args: { name: v.string() },
    handler: async (ctx, { name }) => {
      await ctx.db.insert("tasks", { name });
      const worker = await ctx.db.query("workers").first();
      if (worker?.isAwake) return;
      if (worker === null) await ctx.db.insert("workers", { isAwake: true });
      else await ctx.db.patch(worker._id, { isAwake: true });
      await ctx.scheduler.runAfter(0, app.mutation("drain"), {});
    },
  });
  const drain = mutationGeneric({
    args: {},
    handler: async (ctx) => {
      const tasks = await ctx.db.query("tasks").take(10);
      for (const task of tasks) await ctx.db.delete(task._id);
      await ctx.scheduler.runAfter(1000, app.mutation("sleep"), {});
    },
  });
  const sleep = mutationGeneric({
    args: {},
    handler: async (ctx) => {
      const hasWork = !isBroken && (await ctx.db.query("tasks").first()) !== null;
      if (hasWork) return void (await ctx.scheduler.runAfter(0, app.mutation("drain"), {}));
      const worker = await ctx.db.query("workers").first();
      if (worker !== null) await ctx.db.patch(worker._id, { isAwake: false });
    },
  });
  return {
    name: `toy/lost-wake-up-${isBroken ? "broken" : "correct"}`,
    app: defineApp({ schema, functions: { enqueue, drain, sleep } }),
    start(simulation) {
      let count = 0;
      simulation.client("ada", (client) =>
        client.repeat(6, async () => {
          const name = `task ${count++}`;
          await client.mutation(app.mutation("enqueue"), { name });
          const isDone = () =>
            !simulation.documents("", "tasks").some((task) => task.name === name);
          simulation.expectWithin(10_000, `${name} is done`, isDone);
          await client.sleep(client.choices.draw(100_000));
        }),
      );
      return () => {};
    },
  };
}

export const scenarios = [lostWakeUp(false), lostWakeUp(true)];
