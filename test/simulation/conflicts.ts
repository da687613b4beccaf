import type { FunctionReference } from "convex/server";
import type { Value } from "convex/values";
import type { LoadedApp } from "../../scripts/backend/app.ts";
import type { Choices } from "./choices.ts";
import type { Client } from "./client.ts";
import { CALM } from "./faults.ts";
import { untilRest } from "./run.ts";
import { Simulation } from "./simulation.ts";
import { World } from "./world.ts";

/** Between two mutations of a client, and between begin and commit, in milliseconds. */
const THINK_MS = [0, 20] as const;
const EXECUTION_MS = [8, 20] as const;

export interface Operation {
  mutation: FunctionReference<"mutation", "public" | "internal">;
  args: Record<string, Value>;
}

export interface ConflictWorkload {
  app: LoadedApp;
  /** Clients at once. Each waits for its answer, thinks a little, and goes on. */
  clients: number;
  /** Mutations of each client. */
  operations: number;
  /** What a client does next; `id` is its number, `i` counts its mutations. */
  operation: (next: { id: number; i: number; choices: Choices }) => Operation;
  /** Mutations before the measurement, one after the other. @default none */
  prepare?: Operation[];
  seed: number;
}

export interface ConflictReport {
  mutations: number;
  /** Refused attempts per 1000 mutations; more than 1000 when one mutation is refused repeatedly. */
  conflictsPer1000: number;
  meanAttempts: number;
  /** Mutations whose five attempts all met others. */
  gaveUp: number;
  /** From call to answer, think time excluded, of the mutations that succeeded; simulated. */
  p50Ms: number;
  p95Ms: number;
  /** Conflicts by "component/table.index", the hottest first. */
  where: Record<string, number>;
  /** Scheduled mutations that ran meanwhile and afterwards. */
  background: { runs: number; conflicts: number };
}

interface Sample {
  ok: boolean;
  attempts: number;
  conflicts: string[];
  latencyMs: number;
}

/**
 * How often mutations that run beside each other meet, and what their retries cost. No faults: the
 * same simulator, with execution times and nothing else. The same workload gives the same report.
 */
export async function measureConflicts(workload: ConflictWorkload): Promise<ConflictReport> {
  const world = new World(workload.seed, CALM);
  const samples: Sample[] = [];
  const background = await world.environment.use(async () => {
    const { app } = workload;
    const start = () => () => {};
    const simulation = await Simulation.open(world, { name: "conflicts", app, start });
    await prepare(world, simulation, workload.prepare ?? []);
    simulation.transactions.timing.executionMs = EXECUTION_MS;
    const { runs, conflicts } = simulation.jobs.stats;
    const before = { runs, conflicts: conflicts.length };
    for (let id = 0; id < workload.clients; id += 1) {
      simulation.client(`client ${id}`, (client) =>
        work(client, simulation, { workload, id, samples }),
      );
    }
    await untilRest(world, simulation);
    const after = simulation.jobs.stats;
    return { runs: after.runs - before.runs, conflicts: after.conflicts.length - before.conflicts };
  });
  if (world.violations.length > 0) throw new Error(world.violations.join("\n"));
  return summarize(samples, background);
}

async function prepare(world: World, simulation: Simulation, operations: Operation[]) {
  simulation.client("set-up", async (client) => {
    for (const { mutation, args } of operations) {
      const result = await client.mutate(mutation, args);
      if (!result.ok) throw result.error;
    }
  });
  await untilRest(world, simulation);
}

async function work(
  client: Client,
  simulation: Simulation,
  { workload, id, samples }: { workload: ConflictWorkload; id: number; samples: Sample[] },
): Promise<void> {
  const { choices } = client;
  await client.sleep(choices.between(THINK_MS));
  for (let i = 0; i < workload.operations; i += 1) {
    const { mutation, args } = workload.operation({ id, i, choices });
    const startMs = simulation.nowMs;
    const result = await client.mutate(mutation, args);
    const { ok, attempts, conflicts } = result;
    if (!ok && conflicts.length < attempts) throw result.error;
    samples.push({ ok, attempts, conflicts, latencyMs: simulation.nowMs - startMs });
    await client.sleep(choices.between(THINK_MS));
  }
}

function summarize(samples: Sample[], background: ConflictReport["background"]): ConflictReport {
  const mutations = samples.length;
  const met = samples.flatMap(({ conflicts }) => conflicts);
  const attempts = samples.reduce((sum, each) => sum + each.attempts, 0);
  const latencies = samples.filter(({ ok }) => ok).map(({ latencyMs }) => latencyMs);
  latencies.sort((a, b) => a - b);
  return {
    mutations,
    conflictsPer1000: Math.round((1000 * met.length) / mutations),
    meanAttempts: round(attempts / mutations, 2),
    gaveUp: samples.filter(({ ok }) => !ok).length,
    p50Ms: round(latencies[Math.floor(latencies.length * 0.5)] ?? 0, 1),
    p95Ms: round(latencies[Math.floor(latencies.length * 0.95)] ?? 0, 1),
    where: tally(met),
    background,
  };
}

function tally(names: string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
