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

/** How it sets a total. */
export const BEGINNINGS = ["reset", "set", "getAndReset", "deletePrefix"] as const;

/** Why a mutation that adds may throw. */
export const LOST = "this addition is lost";

const oneOf = <Name extends string>(names: readonly Name[]) =>
  v.union(...names.map((name) => v.literal(name)));

/** `mode` says which options an instance is made with: they change with every deploy. */
const vTarget = { name: v.string(), mode: v.number() };

interface Target {
  name: string;
  mode: number;
}

/** An app that writes down everything that it does with its counters. */
export function countingApp(modes: readonly CounterOptions[]) {
  const counterOf = (mode: number) =>
    new ShardedCounter<string>(components.shardedCounter, modes[mode]);
  const add = async (ctx: LedgerCtx, { name, mode, counts }: Target & { counts: number[] }) => {
    const counter = counterOf(mode);
    for (const count of counts) {
      await counter.add(ctx, name, count);
      await note(ctx, { name, kind: "add", count });
    }
    return counter;
  };
  return {
    add: mutationGeneric({
      args: { ...vTarget, counts: v.array(v.number()), isLost: v.boolean() },
      handler: async (ctx, { isLost, ...args }) => {
        await add(ctx, args);
        if (isLost) throw new Error(LOST);
      },
    }),
    /** Goes on after a part of it was rolled back. */
    addDespite: mutationGeneric({
      args: { ...vTarget, counts: v.array(v.number()) },
      handler: async (ctx, args) => {
        await ctx.runMutation(app.mutation("add"), { ...args, isLost: true }).catch(() => {});
        await add(ctx, args);
      },
    }),
    /** Looks before and after it adds. */
    look: mutationGeneric({
      args: { ...vTarget, how: oneOf(LOOKS), counts: v.array(v.number()) },
      handler: async (ctx, { how, ...args }) => {
        await look(ctx, counterOf(args.mode), { ...args, how });
        await look(ctx, await add(ctx, args), { ...args, how });
      },
    }),
    begin: mutationGeneric({
      args: { ...vTarget, how: oneOf(BEGINNINGS), value: v.number() },
      handler: (ctx, args) => begin(ctx, counterOf(args.mode), args),
    }),
    rebalance: mutationGeneric({
      args: vTarget,
      handler: (ctx, { name, mode }) => counterOf(mode).rebalance(ctx, name),
    }),
    sweep: mutationGeneric({ args: {}, handler: (ctx) => counterOf(0).sweep(ctx) }),
    count: queryGeneric({
      args: vTarget,
      handler: (ctx, { name, mode }) => counterOf(mode).count(ctx, name),
    }),
  };
}

async function look(
  ctx: LedgerCtx,
  counter: ShardedCounter,
  { name, how }: { name: string; how: (typeof LOOKS)[number] },
): Promise<void> {
  const count = {
    snapshotCount: () => counter.snapshotCount(ctx, name),
    count: () => counter.count(ctx, name),
    estimateCount: () => counter.estimateCount(ctx, name, MOST_SHARDS),
    countMany: async () => (await counter.countMany(ctx, [name], { snapshot: true }))[name] ?? NaN,
  };
  await note(ctx, { name, kind: "look", count: await count[how](), isSerial: how === "count" });
}

async function begin(
  ctx: LedgerCtx,
  counter: ShardedCounter,
  { name, how, value }: { name: string; how: (typeof BEGINNINGS)[number]; value: number },
): Promise<void> {
  if (how === "getAndReset") {
    const count = await counter.getAndReset(ctx, name);
    await note(ctx, { name, kind: "look", count, isSerial: true });
  } else if (how === "set") await counter.set(ctx, name, value);
  else await counter[how](ctx, name);
  await note(ctx, { name, kind: "set", count: how === "set" ? value : 0 });
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
