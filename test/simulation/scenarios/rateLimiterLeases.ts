import { RateLimiter } from "@convex-suite/rate-limiter";
import { defineSchema, defineTable, mutationGeneric } from "convex/server";
import { v } from "convex/values";
import { LeaseModel, type LeaseCall } from "../models/leases.ts";
import { components, isAtRest, mounted, sweepAtRest } from "../models/rateLimiterApp.ts";
import { app, defineApp, type Scenario } from "../scenario.ts";
import { currentSimulation } from "../simulation.ts";

const schema = defineSchema({
  calls: defineTable({
    kind: v.union(v.literal("acquire"), v.literal("renew"), v.literal("release")),
    at: v.number(),
    ok: v.boolean(),
    lease: v.optional(v.string()),
    expiresAt: v.optional(v.number()),
    max: v.optional(v.number()),
    active: v.optional(v.number()),
    retryAfter: v.optional(v.number()),
    snapshot: v.int64(),
    seq: v.commitTs(),
  }),
});

/** Slots of the versions of the app that are live at once: the limit is lowered midway. */
const SLOTS = [4, 2] as const;
const TTL_MS = 60_000;

const limiterOf = (version: number) =>
  new RateLimiter(components.rateLimiter, {
    jobs: { kind: "concurrency", max: SLOTS[version] ?? SLOTS[0], ttlMs: TTL_MS },
  });

const acquire = mutationGeneric({
  args: { version: v.number(), times: v.number() },
  handler: async (ctx, { version, times }) => {
    const leases: string[] = [];
    const seen = { at: Date.now(), snapshot: ctx.meta.getSnapshotTs(), seq: ctx.db.vars.commitTs };
    for (let i = 0; i < times; i += 1) {
      const { leaseId, ...answer } = {
        leaseId: undefined,
        ...(await limiterOf(version).acquire(ctx, "jobs")),
      };
      const call = { kind: "acquire", max: SLOTS[version] ?? SLOTS[0], lease: leaseId } as const;
      await ctx.db.insert("calls", { ...call, ...answer, ...seen });
      if (leaseId !== undefined) leases.push(leaseId);
    }
    currentSimulation().mayThrow("acquire");
    return leases;
  },
});

const use = mutationGeneric({
  args: { lease: v.string(), isReleased: v.boolean() },
  handler: async (ctx, { lease, isReleased }) => {
    const seen = { at: Date.now(), snapshot: ctx.meta.getSnapshotTs(), seq: ctx.db.vars.commitTs };
    const limiter = limiterOf(0);
    const answer = isReleased
      ? { kind: "release" as const, ok: await limiter.release(ctx, lease) }
      : { kind: "renew" as const, ...(await limiter.renew(ctx, lease)) };
    await ctx.db.insert("calls", { ...answer, ...seen, lease });
    return answer.ok;
  },
});

const sweep = mutationGeneric({ args: {}, handler: (ctx) => limiterOf(0).sweep(ctx) });

/** Clients hold leases, renew them, release them twice, or forget them. */
function leases(faults: Scenario["faults"] = {}): Scenario {
  const hasJumps = (faults.clockJump ?? 0) > 0;
  return {
    name: `rate-limiter/leases${hasJumps ? "-with-clock-steps" : ""}`,
    app: defineApp({ schema, functions: { acquire, use, sweep }, components: mounted() }),
    faults,
    start(simulation) {
      const model = new LeaseModel(hasJumps);
      const clients = 2 + simulation.choices.draw(3);
      for (let i = 0; i < clients; i += 1) {
        simulation.client(`client ${i}`, (client) =>
          client.repeat(12, async () => {
            const { choices } = client;
            if (choices.draw(5) === 4) await client.mutation(app.mutation("sweep"), {});
            const [version, times] = [choices.draw(SLOTS.length), 1 + choices.draw(2)];
            const outcome = await client.mutation(app.mutation("acquire"), { version, times });
            const held = outcome.status === "ok" ? (outcome.value as string[]) : [];
            for (const lease of held) {
              await client.sleep(choices.draw(choices.pick([1, 20_000, 70_000])));
              const isReleased = choices.draw(2) === 0;
              await client.mutation(app.mutation("use"), { lease, isReleased });
            }
          }),
        );
      }
      sweepAtRest(simulation, async (client) => {
        const all = { version: 0, times: SLOTS[0] };
        const outcome = await client.mutation(app.mutation("acquire"), all);
        const held = outcome.status === "ok" ? (outcome.value as string[]).length : NaN;
        simulation.check(held === SLOTS[0], `long after, ${held} of ${SLOTS[0]} can be acquired`);
      });
      simulation.afterEveryCommit(() => {
        const calls = simulation.documents<LeaseCall>("", "calls");
        const stored = simulation.documents<{ expiresAt: number }>("rateLimiter", "leases");
        const wrong = model.check(calls, stored);
        simulation.check(wrong === null, `a client ${wrong}`);
      });
      return () => isAtRest(simulation);
    },
  };
}

export const scenarios = [leases(), leases({ clockJump: 0.02 })];
