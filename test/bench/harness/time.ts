import type { Bench, Operation, Subject } from "./bench.ts";
import { subjectsOf } from "./cost.ts";
import { counterpartOf, isOurs, OURS } from "./row.ts";
import { World } from "./world.ts";

const ROUNDS = 15;
/** The first rounds run code that is not compiled yet. */
const WARM_UP_ROUNDS = 3;
const CALLS_IN_ROUND = 10;

/** How long a call takes, over the rounds. */
export interface TimeRow {
  component: string;
  workload: string;
  subject: string;
  ms: Spread;
  /** Ours, configured alike, divided by this subject, round by round; null where there is none. */
  ratio: Spread | null;
}

export interface Spread {
  median: number;
  /** A quarter of the rounds are below the first and a quarter above the second. */
  quartiles: readonly [low: number, high: number];
}

/** How long each operation takes; the subjects take turns, so that a slow moment hits all. */
export async function measureTimes<Client>(bench: Bench<Client>): Promise<TimeRow[]> {
  const rows: TimeRow[] = [];
  for (const operation of bench.operations.filter(({ isRepeatable = true }) => isRepeatable)) {
    const subjects = subjectsOf(bench, operation);
    const worlds = await prepareWorlds(bench.component, operation, subjects);
    const rounds: Map<string, number>[] = [];
    for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
      const times = new Map<string, number>();
      for (const { name } of rotate(subjects, round)) {
        const world = worlds.get(name);
        if (world !== undefined) times.set(name, await timeCalls(world, operation, round));
      }
      if (round >= WARM_UP_ROUNDS) rounds.push(times);
    }
    rows.push(
      ...subjects.map(({ name }) => rowOf(bench.component, operation.name, { name, rounds })),
    );
  }
  return rows;
}

async function prepareWorlds<Client>(
  component: string,
  operation: Operation<Client>,
  subjects: readonly Subject<Client>[],
): Promise<Map<string, World<Client>>> {
  const worlds = new Map<string, World<Client>>();
  for (const subject of subjects) {
    const world = await World.create(subject, `${component} ${operation.name}`);
    await operation.prepare?.(world);
    worlds.set(subject.name, world);
  }
  return worlds;
}

function rotate<T>(values: readonly T[], by: number): T[] {
  const start = by % values.length;
  return [...values.slice(start), ...values.slice(0, start)];
}

async function timeCalls<Client>(
  world: World<Client>,
  { run }: Operation<Client>,
  round: number,
): Promise<number> {
  // What the last round queued is not this round's work.
  await world.drain();
  const startMs = performance.now();
  for (let i = 0; i < CALLS_IN_ROUND; i++) {
    const n = round * CALLS_IN_ROUND + i;
    await world.run((client, ctx) => run(client, ctx, { client: 0, n, key: `key ${n}`, size: 0 }));
  }
  return (performance.now() - startMs) / CALLS_IN_ROUND;
}

function rowOf(
  component: string,
  workload: string,
  { name, rounds }: { name: string; rounds: readonly Map<string, number>[] },
): TimeRow {
  const times = rounds.map((round) => round.get(name) ?? NaN);
  const counterpart = counterpartOf(name);
  const ours = rounds.some((round) => round.has(counterpart)) ? counterpart : OURS;
  const hasOurs = rounds.some((round) => round.has(ours)) && !isOurs(name);
  const ratios = rounds.map((round, i) => (round.get(ours) ?? NaN) / (times[i] ?? NaN));
  const ratio = hasOurs ? spreadOf(ratios) : null;
  return { component, workload, subject: name, ms: spreadOf(times), ratio };
}

/** The median and the quartiles, by the nearest rank. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  return { median: at(0.5), quartiles: [at(0.25), at(0.75)] };
}
