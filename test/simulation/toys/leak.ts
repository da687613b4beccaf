import { actionGeneric, defineSchema, defineTable, mutationGeneric } from "convex/server";
import { v } from "convex/values";
import { app, defineApp, type Scenario } from "../scenario.ts";
import { currentSimulation } from "../simulation.ts";

const LEASE_MS = 60_000;

const schema = defineSchema({ leases: defineTable({ owner: v.string() }) });

const release = mutationGeneric({
  args: { lease: v.id("leases") },
  handler: async (ctx, { lease }) => {
    if ((await ctx.db.get(lease)) !== null) await ctx.db.delete(lease);
  },
});

/** A lease held during an action. The broken one counts on the action to give it back. */
function leak(isBroken: boolean): Scenario {
  const acquire = mutationGeneric({
    args: { owner: v.string() },
    handler: async (ctx, { owner }) => {
      const lease = await ctx.db.insert("leases", { owner });
      if (!isBroken) await ctx.scheduler.runAfter(LEASE_MS, app.mutation("release"), { lease });
      return lease;
    },
  });
  const work = actionGeneric({
    args: { owner: v.string() },
    handler: async (ctx, { owner }) => {
      const lease: string = await ctx.runMutation(app.mutation("acquire"), { owner });
      try {
        await currentSimulation().pause("work", 10_000);
      } finally {
        await ctx.runMutation(app.mutation("release"), { lease });
      }
    },
  });
  return {
    name: `toy/leak-${isBroken ? "broken" : "correct"}`,
    app: defineApp({ schema, functions: { acquire, release, work } }),
    start(simulation) {
      simulation.client("ada", (client) =>
        client.repeat(5, async () => {
          await client.action(app.action("work"), { owner: "ada" });
        }),
      );
      return () => {
        const leases = simulation.documents("", "leases").length;
        simulation.check(leases === 0, `${leases} leases left at rest`);
      };
    },
  };
}

export const scenarios = [leak(false), leak(true)];
