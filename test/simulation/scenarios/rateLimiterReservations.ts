import { RateLimiter, type RateLimitConfig } from "@convex-suite/rate-limiter";
import { defineSchema, defineTable, mutationGeneric } from "convex/server";
import { v } from "convex/values";
import type { Choices } from "../choices.ts";
import { balance, type Step } from "../models/reservations.ts";
import { components, mounted } from "../models/rateLimiterApp.ts";
import { app, defineApp, type Scenario } from "../scenario.ts";
import { currentSimulation } from "../simulation.ts";

interface Row {
  cap: number;
  value: number;
}

const kind = v.union(
  ...(["take", "reserve", "settle", "charge", "refund"] as const).map((each) => v.literal(each)),
);
const schema = defineSchema({
  steps: defineTable({
    kind,
    ok: v.boolean(),
    count: v.number(),
    at: v.number(),
    reservation: v.optional(v.string()),
    expiresAt: v.optional(v.number()),
  }),
});

const TTL_MS = 60_000;
/** A window of years: nothing drains, so that the books must balance to the token. */
const CONFIG = { kind: "fixed window", rate: 40, period: 3e11, start: 0, maxReserved: 0 } as const;
const MODES = {
  "on-one-row": {},
  "with-shards": { shards: 4 },
  "on-the-log": { applyUpdates: "asynchronously" },
} as const;

/** Jobs reserve, and settle, cancel or forget; some do so twice, or too late. */
function reservations(mode: keyof typeof MODES, faults: Scenario["faults"] = {}): Scenario {
  const config = { ...CONFIG, ...MODES[mode] };
  const hasJumps = (faults.clockJump ?? 0) > 0;
  return {
    name: `rate-limiter/reservations-${mode}${hasJumps ? "-with-clock-steps" : ""}`,
    app: defineApp({ schema, functions: functionsOf(config), components: mounted() }),
    faults,
    start(simulation) {
      const open: string[] = [];
      const clients = 1 + simulation.choices.draw(3);
      for (let i = 0; i < clients; i += 1) {
        simulation.client(`client ${i}`, (client) =>
          client.repeat(20, async () => {
            const { choices } = client;
            const [mutation, args] = draw(choices, open);
            const outcome = await client.mutation(mutation, args);
            if (outcome.status === "ok" && outcome.value) open.push(outcome.value as string);
            await client.sleep(choices.draw(choices.pick([1, 10_000, 80_000])));
          }),
        );
      }
      const books = () => balance(simulation.documents<Step>("", "steps"));
      simulation.afterEveryCommit(() => {
        const { used, wrong } = books();
        simulation.check(wrong === null, `a reservation ${wrong}`);
        if (mode === "on-the-log") return;
        const rows = simulation.documents<Row>("rateLimiter", "rateLimits");
        const stored = rows.reduce((sum, { cap, value }) => sum + cap - value, 0);
        simulation.check(Math.abs(stored - used) < 1e-6, `${stored} used, not ${used}`);
      });
      return async () => {
        const args = { name: "jobs", config };
        const status = await simulation.query("rateLimiter", "limits:peek", args);
        const { used } = status as { used: number };
        simulation.check(Math.abs(used - books().used) < 1e-6, `${used} used, not ${books().used}`);
      };
    },
  };
}

/** What a client does next; any of the reservations so far may be settled, whoever made it. */
function draw(choices: Choices, open: readonly string[]) {
  const count = 1 + choices.draw(8);
  const call = choices.pick(["reserve", "settle", "take", "refund", "charge", "sweep"]);
  const reservation = open[choices.draw(open.length)];
  const isCancel = choices.draw(2) === 0;
  if (call === "reserve") return [app.mutation("reserve"), { count }] as const;
  if (call === "sweep" || (call === "settle" && reservation === undefined))
    return [app.mutation("sweep"), {}] as const;
  if (call !== "settle") return [app.mutation("move"), { kind: call, count }] as const;
  return [app.mutation("settle"), { reservation, count: isCancel ? 0 : count }] as const;
}

function functionsOf(config: RateLimitConfig) {
  const limiter = () => new RateLimiter(components.rateLimiter, { jobs: config });
  const reserve = mutationGeneric({
    args: { count: v.number() },
    handler: async (ctx, { count }) => {
      const at = Date.now();
      const answer = await limiter().reserve(ctx, "jobs", { count, ttlMs: TTL_MS });
      const reservation = answer.ok ? answer.reservationId : undefined;
      const step = { kind: "reserve", ok: answer.ok, count, at, reservation } as const;
      await ctx.db.insert("steps", { ...step, expiresAt: at + TTL_MS });
      currentSimulation().mayThrow("reserve");
      return reservation ?? null;
    },
  });
  const settle = mutationGeneric({
    args: { reservation: v.string(), count: v.number() },
    handler: async (ctx, { reservation, count }) => {
      const isCancel = count === 0;
      const ok = isCancel
        ? await limiter().cancel(ctx, reservation)
        : (await limiter().settle(ctx, reservation, count)) !== null;
      await ctx.db.insert("steps", { kind: "settle", ok, count, at: Date.now(), reservation });
    },
  });
  const move = mutationGeneric({
    args: { kind, count: v.number() },
    handler: async (ctx, { kind, count }) => {
      const method = { take: "limit", charge: "charge", refund: "refund" } as const;
      if (kind === "reserve" || kind === "settle") throw new Error(`no move: ${kind}`);
      const { ok } = await limiter()[method[kind]](ctx, "jobs", { count });
      await ctx.db.insert("steps", { kind, ok, count, at: Date.now() });
    },
  });
  const sweep = mutationGeneric({
    args: {},
    handler: async (ctx) => {
      await limiter().sweep(ctx);
    },
  });
  return { reserve, settle, move, sweep };
}

export const scenarios = [
  reservations("on-one-row"),
  reservations("on-one-row", { clockJump: 0.02 }),
  reservations("with-shards"),
  reservations("on-the-log"),
];
