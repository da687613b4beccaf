import { makeFunctionReference, mutationGeneric, queryGeneric } from "convex/server";
import { v } from "convex/values";
import { mounted } from "../models/counterApp.ts";
import type { Scenario } from "../scenario.ts";
import { scenarios as logs } from "./shardedCounter.ts";
import { scenarios as bounded } from "./shardedCounterBounded.ts";
import { scenarios as onces } from "./shardedCounterOnce.ts";

/*
 * A check of the scenarios: the component with one of its functions written as it is tempting to.
 */

interface Row {
  shard: number;
  value: number;
}

const query = (name: string) => makeFunctionReference<"query">(name);

/** Reads the total, which holds what it has just added, for a checkpoint of what was before. */
const addAndFold = mutationGeneric({
  args: { additions: v.array(v.any()) },
  handler: async (ctx, { additions }) => {
    for (const { name, count } of additions as { name: string; count: number }[]) {
      await ctx.db.insert("events", { name, kind: "add", count, seq: ctx.db.vars.commitTs });
      const total: number = await ctx.runQuery(query("counters:count"), { name });
      const upTo = ctx.meta.getSnapshotTs();
      await ctx.db.insert("checkpoints", { name, total, upTo, seq: ctx.db.vars.commitTs });
    }
    return additions.map(() => null);
  },
});

/** Deletes what was committed before a checkpoint was, and not only what the checkpoint holds. */
const sweepTooFar = mutationGeneric({
  args: {},
  handler: async (ctx) => {
    for (const { _id, name, seq } of await ctx.db.query("events").collect()) {
      const newest = await ctx.db
        .query("checkpoints")
        .withIndex("by_name_seq", (q) => q.eq("name", name))
        .order("desc")
        .first();
      if (newest && seq <= newest.seq) await ctx.db.delete(_id);
    }
    await ctx.runMutation(makeFunctionReference<"mutation">("events:runSweep"), {});
    return { deleted: 0, isDone: true };
  },
});

/** Grants what the snapshot allows, without reading the rows that others may change meanwhile. */
const tryAddBlindly = mutationGeneric({
  args: { name: v.string(), count: v.number(), bounds: v.any(), shard: v.optional(v.any()) },
  handler: async (ctx, { name, count, bounds }) => {
    const stale = { useStaleSnapshot: true };
    const rows = (await ctx.runQuery(query("counters:scan"), { name }, stale)) as Row[];
    const next = rows.reduce((sum, { value }) => sum + value, count);
    const ok = next >= bounds.min && next <= bounds.max;
    if (ok) await ctx.db.insert("counters", { name, value: count, shard: rows.length, bounds });
    return { ok, shard: null };
  },
});

/** Looks for its key through the snapshot, and so does not conflict with the same call. */
const onceBlindly = {
  isKnown: queryGeneric({
    args: { key: v.string() },
    handler: async (ctx, { key }) =>
      (await ctx.db.query("onceKeys").collect()).some(
        (row) => row.key === key && row.expiresAt > Date.now(),
      ),
  }),
  once: mutationGeneric({
    args: { name: v.string(), key: v.string(), count: v.number(), ttlMs: v.number() },
    handler: async (ctx, { name, key, count, ttlMs }) => {
      const stale = { useStaleSnapshot: true };
      const isKnown = await ctx.runQuery(query("events:isKnown"), { key }, stale);
      if (isKnown) return { isFirst: false, shard: null };
      await ctx.db.insert("onceKeys", { name, key, expiresAt: Date.now() + ttlMs });
      await ctx.db.insert("events", { name, kind: "add", count, seq: ctx.db.vars.commitTs });
      return { isFirst: true, shard: null };
    },
  }),
};

/** A correct scenario with a module of the component of which some functions are written wrong. */
function mutant(
  name: string,
  correct: Scenario | undefined,
  wrong: { module: string; functions: Record<string, unknown>; finds: RegExp },
): Scenario {
  if (!correct) throw new Error("invariant: there is a scenario to break");
  const path = `./component/${wrong.module}.ts`;
  const components = mounted().map((component) => ({
    ...component,
    modules: {
      ...component.modules,
      [path]: async () => ({ ...(await component.modules[path]?.()), ...wrong.functions }),
    },
  }));
  const { finds } = wrong;
  return {
    ...correct,
    name: `sharded-counter/mutant-${name}`,
    app: { ...correct.app, components },
    finds,
  };
}

const COUNTED_WRONG = /counted|saw/;

export const scenarios = [
  mutant("fold-holds-itself", logs[0], {
    module: "counters",
    functions: { addMany: addAndFold },
    finds: COUNTED_WRONG,
  }),
  mutant("sweep-too-far", logs[0], {
    module: "events",
    functions: { sweep: sweepTooFar },
    finds: COUNTED_WRONG,
  }),
  mutant("stale-bounds", bounded[0], {
    module: "counters",
    functions: { tryAdd: tryAddBlindly },
    finds: /was granted|was refused/,
  }),
  mutant("stale-once", onces[0], {
    module: "events",
    functions: onceBlindly,
    finds: /was added twice/,
  }),
];
