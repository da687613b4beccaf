import { isShardedCounterError, ShardedCounter, type Bounds } from "@convex-suite/sharded-counter";
import { defineSchema, defineTable, mutationGeneric } from "convex/server";
import { v } from "convex/values";
import { components, mounted } from "../models/counterApp.ts";
import { StockModel, type Request } from "../models/stock.ts";
import { app, defineApp, type Scenario } from "../scenario.ts";

const vKind = v.union(v.literal("tryAdd"), v.literal("add"), v.literal("set"), v.literal("look"));

const schema = defineSchema({
  requests: defineTable({
    kind: vKind,
    count: v.number(),
    ok: v.boolean(),
    total: v.optional(v.number()),
    min: v.number(),
    max: v.number(),
    snapshot: v.int64(),
    seq: v.commitTs(),
  }),
});

type Kind = Request["kind"];

/** What a request came to; `count` is what was seen, for one that only looks. */
async function ask(
  counter: ShardedCounter,
  ctx: Parameters<typeof counter.tryAdd>[0],
  { kind, count }: { kind: Kind; count: number },
): Promise<Pick<Request, "count" | "ok" | "total">> {
  if (kind === "look") return { count: await counter.snapshotCount(ctx, "stock"), ok: true };
  if (kind === "tryAdd") {
    const { ok, count: total } = await counter.tryAdd(ctx, "stock", count);
    return { count, ok, ...(total === undefined ? {} : { total }) };
  }
  try {
    await counter[kind](ctx, "stock", count);
    return { count, ok: true };
  } catch (error) {
    if (!isShardedCounterError(error, "OUT_OF_BOUNDS")) throw error;
    return { count, ok: false };
  }
}

/** Clients take from one stock and put back, several requests in one transaction. */
function bounded(name: string, bounds: readonly [Bounds, ...Bounds[]]): Scenario {
  const counterOf = (deploy: number) =>
    new ShardedCounter(components.shardedCounter, { bounded: { stock: bounds[deploy] ?? {} } });
  const request = mutationGeneric({
    args: { deploy: v.number(), asked: v.array(v.object({ kind: vKind, count: v.number() })) },
    handler: async (ctx, { deploy, asked }) => {
      const counter = counterOf(deploy);
      const { min = 0, max = Infinity } = bounds[deploy] ?? {};
      const seen = { min, max, snapshot: ctx.meta.getSnapshotTs(), seq: ctx.db.vars.commitTs };
      for (const { kind, count } of asked) {
        const answer = await ask(counter, ctx, { kind, count });
        await ctx.db.insert("requests", { ...seen, ...answer, kind });
      }
    },
  });
  const rebalance = mutationGeneric({
    args: { deploy: v.number() },
    handler: (ctx, { deploy }) => counterOf(deploy).rebalance(ctx, "stock"),
  });
  return {
    name: `sharded-counter/bounded-${name}`,
    app: defineApp({ schema, functions: { request, rebalance }, components: mounted() }),
    start(simulation) {
      const model = new StockModel();
      const clients = 1 + simulation.choices.draw(4);
      for (let i = 0; i < clients; i += 1) {
        simulation.client(`client ${i}`, (client) =>
          client.repeat(12, async () => {
            const { choices } = client;
            const deploy = choices.draw(bounds.length);
            if (choices.chance(0.1)) await client.mutation(app.mutation("rebalance"), { deploy });
            const asked = Array.from({ length: 1 + choices.draw(choices.pick([1, 1, 4])) }, () => ({
              kind: choices.pick(["tryAdd", "tryAdd", "add", "look", "tryAdd", "set"]),
              count: choices.pick([1, -1, 4, -3, 9, 0, -20]),
            }));
            await client.mutation(app.mutation("request"), { deploy, asked });
            await client.sleep(choices.draw(choices.pick([1, 1_000, 30_000])));
          }),
        );
      }
      simulation.afterEveryCommit(() => {
        const wrong = model.check(simulation.documents<Request>("", "requests"));
        simulation.check(wrong === null, String(wrong));
        const rows = simulation.documents("shardedCounter", "counters");
        const stored = rows.reduce((sum, { value }) => sum + Number(value), 0);
        simulation.check(stored === model.total, `${stored} stored where ${model.total} are left`);
      });
      return () => {};
    },
  };
}

export const scenarios = [
  bounded("stock", [{ max: 20, shards: 3 }]),
  bounded("many-shards", [{ min: -2, max: 9, shards: 16 }]),
  bounded("one-side", [{ min: -10, shards: 4 }]),
  bounded("changing", [
    { max: 20, shards: 3 },
    { max: 20, shards: 5 },
    { max: 10, shards: 3 },
    { min: -4, max: 20, shards: 1 },
  ]),
];
