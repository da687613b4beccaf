import { RateLimiter } from "@convex-suite/rate-limiter";
import { defineSchema, defineTable, mutationGeneric } from "convex/server";
import { v } from "convex/values";
import { components, mounted } from "../models/rateLimiterApp.ts";
import { app, defineApp, type Scenario } from "../scenario.ts";
import { currentSimulation } from "../simulation.ts";

interface Step {
  isRefund: boolean;
  ok: boolean;
  count: number;
}

interface Row {
  name: string;
  cap: number;
  value: number;
}

const schema = defineSchema({
  steps: defineTable({ isRefund: v.boolean(), ok: v.boolean(), count: v.number() }),
});

/** The user's limit is the scarce one; windows of years, so that nothing drains. */
const SCARCE = 30;
const WINDOW = { kind: "fixed window", period: 3e11, start: 0 } as const;

/**
 * Every request takes from two limits or from none, so what they have used always agrees, whoever
 * conflicts with whom. One limit of three items is named twice: together they count.
 */
function limitAll(shards: number): Scenario {
  return {
    name: `rate-limiter/limit-all${shards > 1 ? "-with-shards" : ""}`,
    app: defineApp({ schema, functions: functionsOf(shards), components: mounted() }),
    faults: { clockJump: 0.01 },
    start(simulation) {
      const clients = 2 + simulation.choices.draw(2);
      for (let i = 0; i < clients; i += 1) {
        simulation.client(`client ${i}`, (client) =>
          client.repeat(20, async () => {
            const { choices } = client;
            const count = 1 + choices.draw(6);
            const call = choices.pick(["take", "take", "take", "giveBack", "sweep"]);
            const isReversed = choices.draw(2) === 1;
            const args = { take: { count, isReversed }, giveBack: { count }, sweep: {} }[call];
            await client.mutation(app.mutation(call), args);
            await client.sleep(choices.draw(choices.pick([1, 5_000])));
          }),
        );
      }
      simulation.afterEveryCommit(() => {
        const { used, wrong } = balance(simulation.documents<Step>("", "steps"));
        simulation.check(wrong === null, `limitAll ${wrong}`);
        const rows = simulation.documents<Row>("rateLimiter", "rateLimits");
        for (const limit of ["user", "everybody"]) {
          const own = rows.filter(({ name }) => name === limit);
          const stored = own.reduce((sum, { cap, value }) => sum + cap - value, 0);
          const isRight = Math.abs(stored - used) < 1e-6;
          simulation.check(isRight, `${stored} of "${limit}" are used, not ${used}`);
        }
      });
      return () => {};
    },
  };
}

function functionsOf(shards: number) {
  const limits = {
    user: { ...WINDOW, rate: SCARCE },
    everybody: { ...WINDOW, rate: 2 * SCARCE, shards },
  } as const;
  const limiter = () => new RateLimiter(components.rateLimiter, limits);
  const take = mutationGeneric({
    args: { count: v.number(), isReversed: v.boolean() },
    handler: async (ctx, { count, isReversed }) => {
      const items = [
        { name: "user", count: count - 1 },
        { name: "everybody", count },
        { name: "user", count: 1 },
      ];
      const { ok } = await limiter().limitAll(ctx, isReversed ? items.reverse() : items);
      await ctx.db.insert("steps", { isRefund: false, ok, count });
      currentSimulation().mayThrow("take");
    },
  });
  const giveBack = mutationGeneric({
    args: { count: v.number() },
    handler: async (ctx, { count }) => {
      await limiter().refund(ctx, "everybody", { count });
      await limiter().refund(ctx, "user", { count });
      await ctx.db.insert("steps", { isRefund: true, ok: true, count });
    },
  });
  const sweep = mutationGeneric({ args: {}, handler: (ctx) => limiter().sweep(ctx) });
  return { take, giveBack, sweep };
}

function balance(steps: readonly Step[]): { used: number; wrong: string | null } {
  let used = 0;
  for (const { isRefund, ok, count } of steps) {
    if (isRefund) used = Math.max(0, used - count);
    else if (ok !== used + count <= SCARCE)
      return { used, wrong: `${ok ? "granted" : "refused"} ${count} beside ${used} of ${SCARCE}` };
    else if (ok) used += count;
  }
  return { used, wrong: null };
}

export const scenarios = [limitAll(1), limitAll(4)];
