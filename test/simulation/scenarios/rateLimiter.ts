import { RateLimiter } from "@convex-suite/rate-limiter";
import type { ComponentApi } from "@convex-suite/rate-limiter/_generated/component.js";
import rateLimiter from "@convex-suite/rate-limiter/test";
import { componentsGeneric, defineSchema, defineTable, mutationGeneric } from "convex/server";
import { v } from "convex/values";
import { RateLimitModel, type Answer, type Limit } from "../models/rateLimit.ts";
import { app, componentsOf, defineApp, type Scenario } from "../scenario.ts";

const components = componentsGeneric() as unknown as { rateLimiter: ComponentApi };

const schema = defineSchema({
  answers: defineTable({
    at: v.number(),
    count: v.number(),
    ok: v.boolean(),
    retryAfter: v.optional(v.number()),
  }),
});

const AMOUNTS = { rate: 10, period: 60_000, capacity: 20 } as const;
const CONFIGS = {
  "token bucket": { kind: "token bucket", ...AMOUNTS },
  "fixed window": { kind: "fixed window", ...AMOUNTS, start: 0 },
} as const;

const SHARDS = { shards: 5 } as const;
const LOG = { applyUpdates: "asynchronously" } as const;

interface Options {
  kind: Limit["kind"];
  faults?: Scenario["faults"];
  mode?: typeof SHARDS | typeof LOG;
  /** Requests to the log that overlap do not see each other: there, one client. @default up to 3 */
  mostClients?: number;
}

/** Several clients share one limit; clocks step, transactions are slow, requests come twice. */
function sharedLimit({ kind, faults = {}, mode, mostClients = 3 }: Options): Scenario {
  const config = { ...CONFIGS[kind], ...mode };
  const hit = mutationGeneric({
    args: { count: v.number() },
    handler: async (ctx, { count }) => {
      const limiter = new RateLimiter(components.rateLimiter, { shared: config });
      const { ok, retryAfter } = await limiter.limit(ctx, "shared", { count });
      await ctx.db.insert("answers", { at: Date.now(), count, ok, retryAfter });
      return retryAfter ?? 0;
    },
  });
  const hasJumps = (faults.clockJump ?? 0) > 0;
  return {
    name: [
      `rate-limiter/${kind.replace(" ", "-")}`,
      ...(mode === SHARDS ? ["with-shards"] : []),
      ...(mode === LOG ? ["on-the-log"] : []),
      ...(hasJumps ? ["with-clock-steps"] : []),
    ].join("-"),
    app: defineApp({ schema, functions: { hit }, components: componentsOf(rateLimiter.register) }),
    faults,
    start(simulation) {
      const model = new RateLimitModel(config, mode !== SHARDS);
      const clients = 1 + simulation.choices.draw(mostClients);
      for (let i = 0; i < clients; i += 1) {
        simulation.client(`client ${i}`, (client) =>
          client.repeat(30, async () => {
            const count = 1 + client.choices.draw(4);
            const outcome = await client.mutation(app.mutation("hit"), { count });
            const retryAfterMs = outcome.status === "ok" ? (outcome.value as number) : 0;
            const pausesMs = [0, retryAfterMs, 1_000, 40_000] as const;
            await client.sleep(client.choices.draw(1 + client.choices.pick(pausesMs)));
          }),
        );
      }
      simulation.afterEveryCommit(() => {
        const wrong = model.check(simulation.documents<Answer>("", "answers"));
        simulation.check(wrong === null, `the limiter ${wrong}`);
      });
      return () => {
        for (const { value, ts } of simulation.documents("rateLimiter", "rateLimits")) {
          const isSane = Number(value) <= config.capacity && Number.isFinite(ts);
          simulation.check(isSane, `stored ${String(value)} at ${String(ts)}`);
        }
      };
    },
  };
}

export const scenarios = [
  sharedLimit({ kind: "token bucket" }),
  sharedLimit({ kind: "fixed window" }),
  sharedLimit({ kind: "token bucket", faults: { clockJump: 0.02 } }),
  sharedLimit({ kind: "fixed window", faults: { clockJump: 0.02 } }),
  sharedLimit({ kind: "token bucket", mode: SHARDS }),
  sharedLimit({ kind: "fixed window", mode: SHARDS }),
  sharedLimit({ kind: "token bucket", mode: LOG, mostClients: 1 }),
  sharedLimit({ kind: "fixed window", mode: LOG, mostClients: 1 }),
];
