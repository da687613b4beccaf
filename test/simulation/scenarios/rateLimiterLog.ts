import { RateLimiter } from "@convex-suite/rate-limiter";
import { defineSchema, defineTable, mutationGeneric } from "convex/server";
import { v } from "convex/values";
import { RequestLogModel, type LoggedAnswer } from "../models/requestLog.ts";
import { components, mounted } from "../models/rateLimiterApp.ts";
import { app, defineApp, type Scenario } from "../scenario.ts";
import { currentSimulation } from "../simulation.ts";

const schema = defineSchema({
  answers: defineTable({
    at: v.number(),
    count: v.number(),
    ok: v.boolean(),
    retryAfter: v.optional(v.number()),
    snapshot: v.int64(),
    seq: v.commitTs(),
  }),
});

const AMOUNTS = { rate: 10, period: 60_000, capacity: 20 } as const;
const LOG = { applyUpdates: "asynchronously" } as const;
const CONFIGS = {
  "token bucket": { kind: "token bucket", ...AMOUNTS, ...LOG },
  "fixed window": { kind: "fixed window", ...AMOUNTS, ...LOG, start: 0 },
} as const;

/**
 * Several clients append to one log at once, some transactions twice, while sweeps cut it. Together
 * they get too much only by what was in flight, and what was too much is owed.
 */
function concurrentLimit(kind: keyof typeof CONFIGS, faults: Scenario["faults"] = {}): Scenario {
  const config = CONFIGS[kind];
  const limiter = () => new RateLimiter(components.rateLimiter, { shared: config });
  const hit = mutationGeneric({
    args: { count: v.number(), times: v.number() },
    handler: async (ctx, { count, times }) => {
      const seen = {
        at: Date.now(),
        snapshot: ctx.meta.getSnapshotTs(),
        seq: ctx.db.vars.commitTs,
      };
      let longestMs = 0;
      for (let i = 0; i < times; i += 1) {
        const { ok, retryAfter } = await limiter().limit(ctx, "shared", { count });
        await ctx.db.insert("answers", { ...seen, count, ok, retryAfter });
        longestMs = Math.max(longestMs, retryAfter ?? 0);
      }
      currentSimulation().mayThrow("hit");
      return longestMs;
    },
  });
  const sweep = mutationGeneric({ args: {}, handler: (ctx) => limiter().sweep(ctx) });
  const hasClockSteps = (faults.clockJump ?? 0) > 0;
  return {
    name: `rate-limiter/log-${kind.replace(" ", "-")}${hasClockSteps ? "-with-clock-steps" : ""}`,
    app: defineApp({ schema, functions: { hit, sweep }, components: mounted() }),
    faults,
    start(simulation) {
      const model = new RequestLogModel(config, hasClockSteps);
      const clients = 1 + simulation.choices.draw(4);
      for (let i = 0; i < clients; i += 1) {
        simulation.client(`client ${i}`, (client) =>
          client.repeat(25, async () => {
            if (client.choices.draw(5) === 4) await client.mutation(app.mutation("sweep"), {});
            const [count, times] = [1 + client.choices.draw(4), 1 + client.choices.draw(3)];
            const outcome = await client.mutation(app.mutation("hit"), { count, times });
            const retryAfterMs = outcome.status === "ok" ? (outcome.value as number) : 0;
            const pausesMs = [0, retryAfterMs, 1_000, 100_000] as const;
            await client.sleep(client.choices.draw(1 + client.choices.pick(pausesMs)));
          }),
        );
      }
      simulation.afterEveryCommit(() => {
        const wrong = model.check(simulation.documents<LoggedAnswer>("", "answers"));
        simulation.check(wrong === null, `the limiter ${wrong}`);
      });
      return () => {};
    },
  };
}

export const scenarios = [
  concurrentLimit("token bucket"),
  concurrentLimit("fixed window"),
  concurrentLimit("token bucket", { clockJump: 0.02 }),
];
