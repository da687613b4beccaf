import {
  actionGeneric,
  defineSchema,
  defineTable,
  mutationGeneric,
  queryGeneric,
} from "convex/server";
import { v } from "convex/values";
import { app, defineApp, type Scenario } from "../scenario.ts";

const schema = defineSchema({
  totals: defineTable({ value: v.number() }),
  additions: defineTable({ amount: v.number() }),
});

const total = queryGeneric({
  args: {},
  handler: async (ctx) => (await ctx.db.query("totals").first())?.value ?? 0,
});

/** A total that actions add to. The broken one adds to what it read in an earlier transaction. */
function lostUpdate(isBroken: boolean): Scenario {
  const add = mutationGeneric({
    args: { amount: v.number(), before: v.number() },
    handler: async (ctx, { amount, before }) => {
      await ctx.db.insert("additions", { amount });
      const row = await ctx.db.query("totals").first();
      if (row === null) return ctx.db.insert("totals", { value: amount });
      const value = (isBroken ? before : row.value) + amount;
      return ctx.db.patch(row._id, { value });
    },
  });
  const addLater = actionGeneric({
    args: { amount: v.number() },
    handler: async (ctx, { amount }) => {
      const before: number = await ctx.runQuery(app.query("total"), {});
      await ctx.runMutation(app.mutation("add"), { amount, before });
    },
  });
  return {
    name: `toy/lost-update-${isBroken ? "broken" : "correct"}`,
    app: defineApp({ schema, functions: { total, add, addLater } }),
    start(simulation) {
      for (const name of ["ada", "bob"]) {
        simulation.client(name, (client) =>
          client.repeat(8, async () => {
            await client.action(app.action("addLater"), { amount: 1 + client.choices.draw(5) });
          }),
        );
      }
      simulation.afterEveryCommit(() => {
        const additions = simulation.documents<{ amount: number }>("", "additions");
        const added = additions.reduce((sum, { amount }) => sum + amount, 0);
        const [row] = simulation.documents<{ value: number }>("", "totals");
        simulation.check((row?.value ?? 0) === added, `total ${row?.value}, but added ${added}`);
      });
      return () => {};
    },
  };
}

export const scenarios = [lostUpdate(false), lostUpdate(true)];
