import { defineSchema, defineTable, mutationGeneric } from "convex/server";
import { v } from "convex/values";
import { app, defineApp, type Scenario } from "../scenario.ts";

const schema = defineSchema({
  charges: defineTable({ order: v.number() }).index("by_order", ["order"]),
});

/** Clients ask again when no answer came. The broken one charges again. */
function doubleApply(isBroken: boolean): Scenario {
  const charge = mutationGeneric({
    args: { order: v.number() },
    handler: async (ctx, { order }) => {
      const charges = ctx.db.query("charges");
      const earlier = await charges.withIndex("by_order", (q) => q.eq("order", order)).first();
      if (earlier === null || isBroken) await ctx.db.insert("charges", { order });
    },
  });
  return {
    name: `toy/double-apply-${isBroken ? "broken" : "correct"}`,
    app: defineApp({ schema, functions: { charge } }),
    start(simulation) {
      let orders = 0;
      for (const name of ["ada", "bob"]) {
        simulation.client(name, (client) =>
          client.repeat(5, async () => {
            const order = orders++;
            for (;;) {
              const { status } = await client.mutation(app.mutation("charge"), { order });
              if (status === "ok") return;
              await client.sleep(1000);
            }
          }),
        );
      }
      simulation.afterEveryCommit(() => {
        const charged = simulation.documents<{ order: number }>("", "charges");
        const distinct = new Set(charged.map(({ order }) => order)).size;
        simulation.check(distinct === charged.length, "an order was charged twice");
      });
      return () => {
        const charged = simulation.documents("", "charges").length;
        simulation.check(charged === orders, `${charged} charges for ${orders} orders`);
      };
    },
  };
}

export const scenarios = [doubleApply(false), doubleApply(true)];
