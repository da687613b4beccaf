import { RateLimiter, type RateLimitConfig } from "@convex-suite/rate-limiter";
import { defineSchema, defineTable, mutationGeneric } from "convex/server";
import { v } from "convex/values";
import type { Answer } from "./rateLimit.ts";
import { components, isAtRest, mounted, sweepAtRest } from "./rateLimiterApp.ts";
import type { LoggedAnswer } from "./requestLog.ts";
import type { ShardHistory, StoredShard } from "./shardHistory.ts";
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

interface SharedLimit {
  name: string;
  /** The limit as versions of the app define it that are live at once. */
  versions: readonly [RateLimitConfig, ...RateLimitConfig[]];
  capacity: number;
  model: () => {
    check(answers: readonly Answer[]): string | null;
    swept(at: number): string | null;
  };
  /** Judges refusals where the model cannot. */
  history?: () => ShardHistory;
  faults?: Scenario["faults"];
  /** Requests to the log that overlap do not see each other: there, one client. @default up to 3 */
  mostClients?: number;
}

/**
 * Several clients share one limit while sweeps delete what has drained; clocks step, transactions are
 * slow, requests come twice. A check in the same transaction says what the limit then answers.
 */
export function sharedLimit(shared: SharedLimit): Scenario {
  const { name, versions, capacity, faults = {}, mostClients = 3 } = shared;
  const hasJumps = (faults.clockJump ?? 0) > 0;
  return {
    name: `rate-limiter/${name}${hasJumps ? "-with-clock-steps" : ""}`,
    app: defineApp({ schema, functions: functionsOf(versions), components: mounted() }),
    faults,
    start(simulation) {
      const [model, history] = [shared.model(), shared.history?.()];
      const clients = 1 + simulation.choices.draw(mostClients);
      for (let i = 0; i < clients; i += 1) {
        simulation.client(`client ${i}`, (client) =>
          client.repeat(20, async () => {
            const { choices } = client;
            if (choices.draw(5) === 4) await client.mutation(app.mutation("sweep"), {});
            const count = 1 + choices.draw(4);
            const [version, isChecked] = [choices.draw(versions.length), choices.draw(4) === 3];
            const args = { count, version, isChecked };
            const outcome = await client.mutation(app.mutation("hit"), args);
            const retryAfterMs = outcome.status === "ok" ? (outcome.value as number) : 0;
            const pausesMs = [0, retryAfterMs, 1_000, 40_000, 200_000] as const;
            await client.sleep(choices.draw(1 + choices.pick(pausesMs)));
          }),
        );
      }
      sweepAtRest(simulation, async (client) => {
        const all = { count: capacity, version: 0, isChecked: true };
        const { status } = await client.mutation(app.mutation("hit"), all);
        const answer = simulation.documents<Answer>("", "answers").at(-1);
        simulation.check(status === "ok" && answer?.ok === true, "long after, it is not all there");
      });
      let stored: StoredShard[] = [];
      simulation.afterEveryCommit(() => {
        const answers = simulation.documents<LoggedAnswer>("", "answers");
        const rows = simulation.documents<StoredShard>("rateLimiter", "rateLimits");
        const isSane = rows.every(({ value, ts, cap }) => value <= cap && Number.isFinite(ts));
        const isOneLayout = new Set(rows.map(({ layout }) => layout)).size <= 1;
        simulation.check(isSane && isOneLayout, `stored ${JSON.stringify(rows)}`);
        const sweptAt =
          rows.length === 0 ? Math.max(...stored.map(({ freeAt }) => freeAt)) : -Infinity;
        stored = rows;
        const swept = sweptAt > -Infinity ? model.swept(sweptAt) : null;
        const wrong = swept ?? model.check(answers) ?? history?.check(answers, rows) ?? null;
        simulation.check(wrong === null, `the limiter ${wrong}`);
      });
      return () => isAtRest(simulation);
    },
  };
}

function functionsOf(versions: SharedLimit["versions"]) {
  const limiterOf = (version: number) =>
    new RateLimiter(components.rateLimiter, { shared: versions[version] ?? versions[0] });
  const hit = mutationGeneric({
    args: { count: v.number(), version: v.number(), isChecked: v.boolean() },
    handler: async (ctx, { count, version, isChecked }) => {
      const limiter = limiterOf(version);
      const checked = isChecked ? await limiter.check(ctx, "shared", { count }) : null;
      const answer = await limiter.limit(ctx, "shared", { count });
      if (checked && JSON.stringify(checked) !== JSON.stringify(answer))
        throw new Error(`checked ${JSON.stringify(checked)}, got ${JSON.stringify(answer)}`);
      const seen = { at: Date.now(), snapshot: ctx.meta.getSnapshotTs() };
      await ctx.db.insert("answers", {
        ...answer,
        ...seen,
        count,
        seq: ctx.db.vars.commitTs,
      });
      currentSimulation().mayThrow("hit");
      return answer.retryAfter ?? 0;
    },
  });
  const sweep = mutationGeneric({ args: {}, handler: (ctx) => limiterOf(0).sweep(ctx) });
  return { hit, sweep };
}
