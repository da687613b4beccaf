import { RateLimiter } from "@convex-dev/rate-limiter";
import type { ComponentApi } from "@convex-dev/rate-limiter/_generated/component.js";
import rateLimiter from "@convex-dev/rate-limiter/test";
import { componentsGeneric, defineSchema, defineTable, mutationGeneric } from "convex/server";
import { v } from "convex/values";
import { RateLimitModel, type Answer } from "../models/rateLimit.ts";
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

const SHARED = { kind: "token bucket", rate: 10, period: 60_000, capacity: 20 } as const;

/** A check of the simulator on `@convex-dev/rate-limiter` 0.4.0, whose defects are known. */
function officialLimit(options: {
  name: string;
  counts: readonly [number, ...number[]];
  faults?: Scenario["faults"];
  finds?: RegExp;
}): Scenario {
  const { counts, ...scenario } = options;
  const hit = mutationGeneric({
    args: { count: v.number() },
    handler: async (ctx, { count }) => {
      const limiter = new RateLimiter(components.rateLimiter, { shared: SHARED });
      const { ok, retryAfter } = await limiter.limit(ctx, "shared", { count });
      await ctx.db.insert("answers", { at: Date.now(), count, ok, retryAfter });
    },
  });
  return {
    ...scenario,
    app: defineApp({ schema, functions: { hit }, components: componentsOf(rateLimiter.register) }),
    start(simulation) {
      const model = new RateLimitModel(SHARED);
      for (const name of ["ada", "bob"]) {
        simulation.client(name, (client) =>
          client.repeat(40, async () => {
            const count = client.choices.pick(counts);
            await client.mutation(app.mutation("hit"), { count });
            await client.sleep(client.choices.draw(client.choices.pick([1, 2_000, 40_000])));
          }),
        );
      }
      simulation.afterEveryCommit(() => {
        const wrong = model.check(simulation.documents<Answer>("", "answers"));
        simulation.check(wrong === null, `the limiter ${wrong}`);
      });
      return () => {};
    },
  };
}

const SANE = [1, 2, 3, 4] as const;

export const scenarios = [
  officialLimit({ name: "official-rate-limiter/token-bucket", counts: SANE }),
  officialLimit({
    name: "official-rate-limiter/nan-counts",
    counts: [...SANE, ...SANE, NaN],
    finds: /admitted/,
  }),
  officialLimit({
    name: "official-rate-limiter/negative-counts",
    counts: [...SANE, ...SANE, -5],
    finds: /admitted/,
  }),
  officialLimit({
    name: "official-rate-limiter/clock-steps",
    counts: SANE,
    faults: { clockJump: 0.05 },
    finds: /refused|too late/,
  }),
];
