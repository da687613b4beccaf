import { RateLimiter, type RateLimitConfig } from "@convex-suite/rate-limiter";
import { defineSchema, defineTable, mutationGeneric } from "convex/server";
import { v } from "convex/values";
import { components, isAtRest, mounted, sweepAtRest } from "../models/rateLimiterApp.ts";
import { app, defineApp, type Scenario } from "../scenario.ts";

interface Call {
  kind: "limit" | "block" | "unblock" | "sweep";
  at: number;
  ok: boolean;
  expiresAt?: number;
  snapshot: bigint;
  seq: bigint;
}

const schema = defineSchema({
  calls: defineTable({
    kind: v.union(v.literal("limit"), v.literal("block"), v.literal("unblock"), v.literal("sweep")),
    at: v.number(),
    ok: v.boolean(),
    expiresAt: v.optional(v.number()),
    snapshot: v.int64(),
    seq: v.commitTs(),
  }),
});

const PLENTY = { kind: "token bucket", rate: 1e6, period: 60_000 } as const;
const MODES = {
  "on-one-row": {},
  "with-shards": { shards: 4 },
  "on-the-log": { applyUpdates: "asynchronously" },
} as const;

/** A limit with tokens for everybody: whoever is refused, is refused by a block. */
function blocks(mode: keyof typeof MODES, faults: Scenario["faults"] = {}): Scenario {
  const config = { ...PLENTY, ...MODES[mode] };
  const hasJumps = (faults.clockJump ?? 0) > 0;
  return {
    name: `rate-limiter/blocks-${mode}${hasJumps ? "-with-clock-steps" : ""}`,
    app: defineApp({ schema, functions: functionsOf(config), components: mounted() }),
    faults,
    start(simulation) {
      const clients = 2 + simulation.choices.draw(3);
      for (let i = 0; i < clients; i += 1) {
        simulation.client(`client ${i}`, (client) =>
          client.repeat(20, async () => {
            const { choices } = client;
            if (choices.draw(6) === 5) await client.mutation(app.mutation("sweep"), {});
            const kind = choices.pick(["limit", "limit", "limit", "limit", "block", "unblock"]);
            const durationMs = 1 + choices.draw(90_000);
            await client.mutation(app.mutation("call"), { kind, durationMs });
            await client.sleep(choices.draw(choices.pick([1, 5_000, 120_000])));
          }),
        );
      }
      sweepAtRest(simulation, async (client) => {
        await client.mutation(app.mutation("call"), { kind: "limit", durationMs: 0 });
        const last = simulation.documents<Call>("", "calls").at(-1);
        simulation.check(last?.ok === true, "long after, it is still blocked");
      });
      let checked = 0;
      let latestAt = -Infinity;
      simulation.afterEveryCommit(() => {
        latestAt = Math.max(latestAt, Date.now());
        const calls = simulation.documents<Call>("", "calls");
        for (; checked < calls.length; checked += 1) {
          const wrong = judge(calls.slice(0, checked + 1), {
            mode,
            latestAt: hasJumps ? latestAt : -Infinity,
          });
          simulation.check(wrong === null, `the limit ${wrong}`);
        }
      });
      return () => isAtRest(simulation);
    },
  };
}

function functionsOf(config: RateLimitConfig) {
  const limiter = () => new RateLimiter(components.rateLimiter, { api: config });
  const call = mutationGeneric({
    args: { kind: v.string(), durationMs: v.number() },
    handler: async (ctx, { kind, durationMs }) => {
      const at = Date.now();
      const seen = { at, snapshot: ctx.meta.getSnapshotTs(), seq: ctx.db.vars.commitTs };
      if (kind === "limit") {
        const { ok } = await limiter().limit(ctx, "api");
        await ctx.db.insert("calls", { kind, ok, ...seen });
      } else if (kind === "block") {
        await limiter().block(ctx, "api", { durationMs });
        await ctx.db.insert("calls", { kind, ok: true, expiresAt: at + durationMs, ...seen });
      } else {
        await limiter().unblock(ctx, "api");
        await ctx.db.insert("calls", { kind: "unblock", ok: true, expiresAt: 0, ...seen });
      }
    },
  });
  const sweep = mutationGeneric({
    args: {},
    handler: async (ctx) => {
      const seen = {
        at: Date.now(),
        snapshot: ctx.meta.getSnapshotTs(),
        seq: ctx.db.vars.commitTs,
      };
      await limiter().sweep(ctx);
      await ctx.db.insert("calls", { kind: "sweep", ok: true, ...seen });
    },
  });
  return { call, sweep };
}

/**
 * The last call, by those before it. On rows a block holds from its commit on, for whoever commits.
 *
 * @param latestAt What clocks that may have stepped back since have said, beside those of calls.
 */
function judge(
  calls: readonly Call[],
  { mode, latestAt }: { mode: keyof typeof MODES; latestAt: number },
): string | null {
  const [last, before] = [calls.at(-1), calls.slice(0, -1)];
  if (last?.kind !== "limit") return null;
  const changes = before.filter(({ kind }) => kind === "block" || kind === "unblock");
  const seen = changes.findLast(({ seq }) => seq <= last.snapshot);
  const current = changes.at(-1);
  const holds = (change: Call | undefined) => (change?.expiresAt ?? 0) > last.at;
  if (!last.ok && !holds(seen) && !holds(current)) return "refused although nothing blocked it";
  const inForce = mode === "on-the-log" ? seen : current;
  if (!last.ok || !holds(inForce)) return null;
  // With clock steps, it may have ended by a clock that has since stepped back.
  const clocks = latestAt === -Infinity ? [] : [latestAt, ...before.map(({ at }) => at)];
  const hasEnded = clocks.some((at) => at >= (inForce?.expiresAt ?? 0));
  return hasEnded ? null : "granted although it was blocked";
}

export const scenarios = [
  blocks("on-one-row"),
  blocks("with-shards"),
  blocks("with-shards", { clockJump: 0.02 }),
  blocks("on-the-log"),
];
