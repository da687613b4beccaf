import { ShardedCounter, type CounterOptions } from "@convex-suite/sharded-counter";
import type { ComponentApi } from "@convex-suite/sharded-counter/_generated/component.js";
import shardedCounter from "@convex-suite/sharded-counter/test";
import {
  componentsGeneric,
  mutationGeneric,
  queryGeneric,
  type DataModelFromSchemaDefinition,
  type GenericMutationCtx,
} from "convex/server";
import { v } from "convex/values";
import { app, componentsOf } from "../scenario.ts";
import type { Simulation } from "../simulation.ts";
import type { Entry, ledgerSchema } from "./ledger.ts";

export const components = componentsGeneric() as unknown as { shardedCounter: ComponentApi };

/** With its background work, as in production. It is a switch of the module: on for all scenarios. */
export const mounted = () =>
  componentsOf((t) => shardedCounter.register(t, "shardedCounter", { background: true }));

type LedgerCtx = GenericMutationCtx<DataModelFromSchemaDefinition<typeof ledgerSchema>>;
type Note = Pick<Entry, "name" | "kind" | "count"> & { isSerial?: boolean };

/** Writes down what the running transaction did. Conflicts with nothing. */
export async function note(ctx: LedgerCtx, { isSerial = false, ...entry }: Note): Promise<void> {
  const snapshot = ctx.meta.getSnapshotTs();
  await ctx.db.insert("ledger", { ...entry, isSerial, snapshot, seq: ctx.db.vars.commitTs });
}

/** How an app asks what a counter counts. Only `count` depends on what others add. */
export const LOOKS = ["snapshotCount", "count", "estimateCount", "countMany"] as const;

/** How it sets a total. The last two depend on what others add. */
export const BEGINNINGS = ["reset", "set", "getAndReset", "deletePrefix"] as const;

/** Why a mutation that adds may throw. */
export const LOST = "this addition is lost";

const oneOf = <Name extends string>(names: readonly Name[]) =>
  v.union(...names.map((name) => v.literal(name)));

/** `mode` says which options an instance is made with: they change with every deploy. */
const vTarget = { name: v.string(), mode: v.number() };

/** An app that writes down everything that it does with its counters. */
export function countingApp(modes: readonly CounterOptions[]) {
  const counterOf = (mode: number) =>
    new ShardedCounter<string>(components.shardedCounter, modes[mode]);
  const add = mutationGeneric({
    args: { ...vTarget, counts: v.array(v.number()), isLost: v.boolean() },
    handler: async (ctx, { name, mode, counts, isLost }) => {
      const counter = counterOf(mode);
      for (const count of counts) {
        await counter.add(ctx, name, count);
        await note(ctx, { name, kind: "add", count });
      }
      if (isLost) throw new Error(LOST);
    },
  });
  /** Goes on after a part of it was rolled back. */
  const addDespite = mutationGeneric({
    args: { ...vTarget, counts: v.array(v.number()) },
    handler: async (ctx, args) => {
      await ctx.runMutation(app.mutation("add"), { ...args, isLost: true }).catch(() => {});
      await ctx.runMutation(app.mutation("add"), { ...args, isLost: false });
    },
  });
  /** Looks before and after it adds. */
  const look = mutationGeneric({
    args: { ...vTarget, how: oneOf(LOOKS), counts: v.array(v.number()) },
    handler: async (ctx, { name, mode, how, counts }) => {
      const counter = counterOf(mode);
      const countMany = () => counter.countMany(ctx, [name], { snapshot: true });
      const seen = async () => {
        if (how === "countMany") return (await countMany())[name] ?? NaN;
        return how === "estimateCount"
          ? counter.estimateCount(ctx, name, MOST_SHARDS)
          : counter[how](ctx, name);
      };
      const isSerial = how === "count";
      await note(ctx, { name, kind: "look", count: await seen(), isSerial });
      for (const count of counts) {
        await counter.add(ctx, name, count);
        await note(ctx, { name, kind: "add", count });
      }
      await note(ctx, { name, kind: "look", count: await seen(), isSerial });
    },
  });
  const begin = mutationGeneric({
    args: { ...vTarget, how: oneOf(BEGINNINGS), value: v.number() },
    handler: async (ctx, { name, mode, how, value }) => {
      const counter = counterOf(mode);
      const count = how === "set" ? value : 0;
      const isSerial = how === "getAndReset" || how === "deletePrefix";
      if (how === "set") await counter.set(ctx, name, value);
      if (how === "reset") await counter.reset(ctx, name);
      if (how === "deletePrefix") await counter.deletePrefix(ctx, name);
      if (how === "getAndReset") {
        const seen = await counter.getAndReset(ctx, name);
        await note(ctx, { name, kind: "look", count: seen, isSerial });
      }
      await note(ctx, { name, kind: "set", count, isSerial });
    },
  });
  const rebalance = mutationGeneric({
    args: vTarget,
    handler: (ctx, { name, mode }) => counterOf(mode).rebalance(ctx, name),
  });
  const sweep = mutationGeneric({ args: {}, handler: (ctx) => counterOf(0).sweep(ctx) });
  const count = queryGeneric({
    args: vTarget,
    handler: (ctx, { name, mode }) => counterOf(mode).count(ctx, name),
  });
  return { add, addDespite, look, begin, rebalance, sweep, count };
}

/** More than any counter has: an estimate by all of them is exact. */
const MOST_SHARDS = 1000;

/** Long after the last client of a scenario has finished, and whatever clocks did meanwhile. */
const LONG_AFTER_MS = 6 * 3_600_000;

/** One more client, long after the others, for the scenario's mutation `sweep`. */
export function sweepAtRest(simulation: Simulation): void {
  simulation.client("sweeper", async (client) => {
    await client.sleep(LONG_AFTER_MS);
    // One makes a checkpoint, one deletes what it holds once it has settled, one the older ones.
    for (let i = 0; i < 4; i += 1) {
      await client.mutation(app.mutation("sweep"), {});
      await client.sleep(100_000);
    }
  });
}

/** After `sweepAtRest`: a checkpoint for each counter that is not 0, and nothing else of the log. */
export function checkStorage(simulation: Simulation): void {
  const size = (table: string) => simulation.documents("shardedCounter", table).length;
  for (const table of ["events", "sweeps", "onceKeys"])
    simulation.check(size(table) === 0, `${size(table)} documents of "${table}" are left at rest`);
  const names = new Set<string>();
  for (const { name, total } of simulation.documents("shardedCounter", "checkpoints")) {
    const isOnly = !names.has(String(name)) && total !== 0;
    simulation.check(isOnly, `a checkpoint of ${String(total)} too much is left at rest`);
    names.add(String(name));
  }
}
