import {
  actionGeneric,
  defineSchema,
  defineTable,
  mutationGeneric,
  queryGeneric,
} from "convex/server";
import { v } from "convex/values";
import { app, defineApp, type Scenario } from "../scenario.ts";

const SEATS = 3;

const schema = defineSchema({ guests: defineTable({ name: v.string() }) });

const count = queryGeneric({
  args: {},
  handler: async (ctx) => (await ctx.db.query("guests").take(100)).length,
});

/** Three seats. The broken one counts the guests in one transaction and admits in another. */
function overAdmission(isBroken: boolean): Scenario {
  const admit = mutationGeneric({
    args: { name: v.string() },
    handler: async (ctx, { name }) => {
      const guests = await ctx.db.query("guests").take(100);
      if (isBroken || guests.length < SEATS) await ctx.db.insert("guests", { name });
    },
  });
  const enter = actionGeneric({
    args: { name: v.string() },
    handler: async (ctx, { name }) => {
      const guests: number = await ctx.runQuery(app.query("count"), {});
      if (guests < SEATS) await ctx.runMutation(app.mutation("admit"), { name });
    },
  });
  return {
    name: `toy/over-admission-${isBroken ? "broken" : "correct"}`,
    app: defineApp({ schema, functions: { count, admit, enter } }),
    start(simulation) {
      for (const name of ["ada", "bob", "eve"]) {
        simulation.client(name, (client) =>
          client.repeat(4, async () => {
            await client.action(app.action("enter"), { name });
          }),
        );
      }
      simulation.afterEveryCommit(() => {
        const guests = simulation.documents("", "guests").length;
        simulation.check(guests <= SEATS, `${guests} guests on ${SEATS} seats`);
      });
      return () => {};
    },
  };
}

export const scenarios = [overAdmission(false), overAdmission(true)];
