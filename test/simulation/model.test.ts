import {
  actionGeneric,
  defineSchema,
  defineTable,
  mutationGeneric,
  queryGeneric,
} from "convex/server";
import { v } from "convex/values";
import { expect, test } from "vitest";
import { CALM, type FaultRates } from "./faults.ts";
import { runScenario } from "./run.ts";
import { app, defineApp, type Scenario } from "./scenario.ts";
import type { Client } from "./client.ts";
import { currentSimulation, type Simulation } from "./simulation.ts";

const schema = defineSchema({
  rows: defineTable({ n: v.number(), ts: v.optional(v.commitTs()) }).index("by_ts", ["ts"]),
});

const functions = {
  count: queryGeneric({
    args: {},
    handler: async (ctx) => (await ctx.db.query("rows").take(100)).length,
  }),
  append: mutationGeneric({
    args: {},
    handler: async (ctx) => {
      const n: number = await ctx.runQuery(app.query("count"), {});
      await ctx.db.insert("rows", { n });
      return { n, at: Date.now(), random: Math.random() };
    },
  }),
  appendStale: mutationGeneric({
    args: {},
    handler: async (ctx) => {
      const n: number = await ctx.runQuery(app.query("count"), {}, { useStaleSnapshot: true });
      await ctx.db.insert("rows", { n });
    },
  }),
  stamp: mutationGeneric({
    args: {},
    handler: async (ctx) => {
      const ts = ctx.db.vars.commitTs;
      await ctx.db.insert("rows", { n: 0, ts });
      const rows = ctx.db.query("rows").withIndex("by_ts", (q) => q.eq("ts", ts));
      return { own: (await rows.take(10)).length, snapshotTs: ctx.meta.getSnapshotTs() };
    },
  }),
  stamps: queryGeneric({
    args: {},
    handler: async (ctx) => (await ctx.db.query("rows").take(100)).map(({ ts }) => ts ?? null),
  }),
  noteAndThrow: mutationGeneric({
    args: {},
    handler: async (ctx) => {
      await ctx.db.insert("rows", { n: 3 });
      currentSimulation().mayThrow("user code");
    },
  }),
  noteUnlessThrown: mutationGeneric({
    args: {},
    handler: async (ctx) => {
      await ctx.db.insert("rows", { n: 1 });
      try {
        currentSimulation().mayThrow("user code");
      } catch {
        await ctx.db.insert("rows", { n: 2 });
      }
    },
  }),
  note: mutationGeneric({
    args: { n: v.number() },
    handler: async (ctx, { n }) => {
      await ctx.db.insert("rows", { n });
      if (n < 0) throw new Error("a row that must not stay");
    },
  }),
  noteTwice: actionGeneric({
    args: {},
    handler: async (ctx) => {
      await ctx.runMutation(app.mutation("note"), { n: 1 });
      await ctx.runMutation(app.mutation("note"), { n: 2 });
    },
  }),
  scheduleNote: mutationGeneric({
    args: { n: v.number() },
    handler: (ctx, args) => ctx.scheduler.runAfter(1000, app.mutation("note"), args),
  }),
  scheduleTwice: mutationGeneric({
    args: {},
    handler: (ctx) => ctx.scheduler.runAfter(0, app.action("noteTwice"), {}),
  }),
};

const application = defineApp({ schema, functions });

/** Runs clients with only the given faults, and hands over what is there at rest. */
async function run(
  setup: Pick<Scenario, "timing"> & { faults?: Partial<FaultRates>; seed?: number },
  clients: ((client: Client) => Promise<void>)[],
): Promise<Simulation> {
  const opened: Simulation[] = [];
  const result = await runScenario(
    {
      name: "model",
      app: application,
      timing: setup.timing ?? {},
      faults: { ...CALM, ...setup.faults },
      start(simulation) {
        opened.push(simulation);
        clients.forEach((each, i) => simulation.client(`client ${i}`, each));
        return () => {};
      },
    },
    setup.seed ?? 1,
  );
  expect(result.violations).toEqual([]);
  const [simulation] = opened;
  if (simulation === undefined) throw new Error("it did not start");
  return simulation;
}

const numbers = (simulation: Simulation) =>
  simulation.documents<{ n: number }>("", "rows").map(({ n }) => n);

const states = (simulation: Simulation) =>
  simulation
    .documents<{ state: { kind: string } }>("", "_scheduled_functions")
    .map(({ state }) => state.kind);

const SLOW = { executionMs: [8, 20] } as const;

const call =
  (name: string, args = {}) =>
  async (client: Client) => {
    await client.mutation(app.mutation(name), args);
  };

test("transactions that read what another one writes run one after the other in effect", async () => {
  const simulation = await run({ timing: SLOW }, Array(4).fill(call("append")));
  expect(numbers(simulation)).toEqual([0, 1, 2, 3]);
});

test("a stale snapshot is the one of the begin, and never a reason for a conflict", async () => {
  const simulation = await run({ timing: SLOW }, Array(4).fill(call("appendStale")));
  expect(numbers(simulation)).toEqual([0, 0, 0, 0]);
});

test("a retry has a clock and randomness of its own, which stand still during an attempt", async () => {
  const answers: { n: number; at: number; random: number }[] = [];
  const append = async (client: Client) => {
    const outcome = await client.mutation(app.mutation("append"), {});
    if (outcome.status === "ok") answers.push(outcome.value as (typeof answers)[number]);
  };
  await run({ timing: SLOW }, [append, append]);
  const [first, second] = answers;
  expect(first?.at).toBe(Date.UTC(2026, 0, 1));
  expect(second?.at).toBeGreaterThan(Date.UTC(2026, 0, 1) + 8);
  expect(second?.random).not.toBe(first?.random);
});

test("a commit timestamp is pending inside its transaction and grows with the commits", async () => {
  const answers: { own: number; snapshotTs: bigint }[] = [];
  const stamp = async (client: Client) => {
    const outcome = await client.mutation(app.mutation("stamp"), {});
    if (outcome.status === "ok") answers.push(outcome.value as (typeof answers)[number]);
  };
  const simulation = await run({ timing: SLOW }, [stamp, stamp, stamp]);
  const timestamps = simulation.documents<{ ts: bigint }>("", "rows").map(({ ts }) => ts);
  expect(answers).toEqual(Array(3).fill({ own: 1, snapshotTs: 0n }));
  expect(timestamps).toEqual([...timestamps].sort((a, b) => (a < b ? -1 : 1)));
  expect(new Set(timestamps).size).toBe(3);
});

test("what the log holds is what the database holds", async () => {
  const mixed = async (client: Client) => {
    for (const name of ["append", "stamp", "scheduleTwice"]) await call(name)(client);
  };
  const simulation = await run({ timing: SLOW }, [mixed, mixed]);
  const rows = simulation.documents<{ ts?: bigint }>("", "rows");
  expect(rows).toHaveLength(8);
  const stored = (await simulation.query("", "app:stamps")) as (bigint | null)[];
  const inLog = rows.map(({ ts }) => ts ?? null);
  expect(stored.map(String).sort()).toEqual(inLog.map(String).sort());
});

test("documents of a slow transaction may appear behind those that were inserted meanwhile", async () => {
  let inversions = 0;
  for (let seed = 1; seed <= 20; seed += 1) {
    const faults = { slowTransaction: 0.5 };
    const noteSometime = async (client: Client) => {
      await client.sleep(client.choices.draw(1000));
      await client.mutation(app.mutation("note"), { n: 1 });
    };
    const simulation = await run({ faults, seed }, Array(3).fill(noteSometime));
    const rows = simulation.documents<{ _creationTime: number }>("", "rows");
    const times = rows.map(({ _creationTime }) => _creationTime);
    inversions += times.filter((time, i) => i > 0 && time < (times[i - 1] ?? 0)).length;
  }
  expect(inversions).toBeGreaterThan(0);
});

test("a scheduled mutation has its effects once, whatever happens to it", async () => {
  const faults = { abort: 0.3, systemError: 0.3, delayedJob: 0.3, restart: 0.1, reordering: 0.5 };
  for (let seed = 1; seed <= 20; seed += 1) {
    const clients = [1, 2, 3].map((n) => async (client: Client) => {
      for (let left = 5; left > 0; left -= 1) {
        const { commits } = await client.mutation(app.mutation("scheduleNote"), { n });
        if (commits > 0) return;
      }
    });
    const simulation = await run({ faults, seed }, clients);
    expect(numbers(simulation).sort()).toEqual([1, 2, 3]);
    expect(states(simulation)).toEqual(["success", "success", "success"]);
  }
});

test("a scheduled mutation that throws has failed, and left nothing", async () => {
  const simulation = await run({}, [call("scheduleNote", { n: -1 })]);
  expect(numbers(simulation)).toEqual([]);
  expect(states(simulation)).toEqual(["failed"]);
});

test("a scheduled action runs at most once, and failed when it was killed", async () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= 40; seed += 1) {
    const faults = { killedAction: 0.2, restart: 0.05 };
    const simulation = await run({ faults, seed }, [call("scheduleTwice")]);
    const key = `${states(simulation).join()} ${numbers(simulation).join()}`;
    seen.add(key);
  }
  // It may have done all of its work and still be failed: it died before it could say so.
  expect([...seen].sort()).toEqual(["failed ", "failed 1", "failed 1,2", "success 1,2"]);
});

/** What clients that note once get to know, over many seeds; a seed may switch a fault off. */
async function outcomesOf(faults: Partial<FaultRates>): Promise<Set<string>> {
  const outcomes = new Set<string>();
  for (let seed = 1; seed <= 20; seed += 1) {
    await run({ faults, seed }, [
      async (client) => {
        const outcome = await client.mutation(app.mutation("note"), { n: 1 });
        const error = outcome.status === "failed" ? String(outcome.error) : "";
        outcomes.add(`${outcome.status} ${outcome.commits} ${error}`.trim());
      },
    ]);
  }
  return outcomes;
}

test("a mutation whose five attempts are refused fails with the backend's words", async () => {
  const [, failed] = [...(await outcomesOf({ exhaustion: 0.5 }))].sort().reverse();
  expect(failed).toMatch(/^failed 0 Error: Documents read from .* on every subsequent retry/);
});

test("a client whose reply is lost does not know that it committed", async () => {
  expect(await outcomesOf({ lostReply: 0.5 })).toEqual(new Set(["ok 1", "unknown 1"]));
});

test("a duplicated request commits twice", async () => {
  expect(await outcomesOf({ duplicateRequest: 0.5 })).toEqual(new Set(["ok 1", "ok 2"]));
});

test("a user's function throws in both executions of a transaction, or in none", async () => {
  const noted = new Set<number>();
  for (let seed = 1; seed <= 20; seed += 1) {
    const faults = { userError: 0.5, slowTransaction: 0.5 };
    const simulation = await run({ faults, seed }, Array(4).fill(call("noteUnlessThrown")));
    numbers(simulation).forEach((n) => noted.add(n));
  }
  expect([...noted].sort()).toEqual([1, 2]);
});

test("an injected error that reaches the client is its outcome, and no violation", async () => {
  const committed = new Set<number>();
  for (let seed = 1; seed <= 10; seed += 1) {
    const simulation = await run({ faults: { userError: 0.5 }, seed }, [call("noteAndThrow")]);
    committed.add(numbers(simulation).length);
  }
  expect([...committed].sort()).toEqual([0, 1]);
});
