import { CALM, STORM, swarm, type Fault } from "./faults.ts";
import type { Scenario } from "./scenario.ts";
import { Simulation } from "./simulation.ts";
import type { Parked } from "./timeline.ts";
import { World } from "./world.ts";

/** Faults stop here, and from then on the system must come to rest. */
const CALM_AFTER_MS = 2 * 3_600_000;

/** A system that is still busy by then never rests. */
const MAX_TIME_MS = 12 * 3_600_000;
const MAX_STEPS = 20_000;

/** The clock steps by up to this much. */
const MAX_CLOCK_STEP_MS = 600_000;

export interface Run {
  scenario: Scenario;
  seed: number;
  choices: number[];
  /** To which piece of work each choice belongs. */
  owners: (string | null)[];
  /** Empty when everything held. */
  violations: string[];
  trace: string[];
  hash: string;
  faults: Map<Fault, number>;
}

/** Runs a scenario once: a seed decides everything, or the choices of an earlier run. */
export async function runScenario(
  scenario: Scenario,
  seed: number,
  replay: readonly number[] | null = null,
): Promise<Run> {
  const world = new World(seed, { ...STORM, ...scenario.faults }, replay);
  await world.environment.use(async () => {
    const simulation = await Simulation.open(world, scenario);
    world.rates = swarm(world.possible, world.choices);
    const checkAtRest = scenario.start(simulation);
    await untilRest(world, simulation);
    if (world.violations.length === 0) simulation.deadlines.checkAtRest();
    if (world.violations.length === 0) await checkAtRest();
  });
  const { violations, trace, faults } = world;
  const { made: choices, owners } = world.choices;
  return {
    scenario,
    seed,
    choices,
    owners,
    violations,
    trace: trace.lines,
    hash: trace.hash,
    faults,
  };
}

/** Resumes one actor after the other until nobody is left, or something was violated. */
export async function untilRest(world: World, simulation: Simulation): Promise<void> {
  for (let step = 0; world.violations.length === 0; step += 1) {
    const { timeline } = world;
    const ready = timeline.ready();
    if (ready.length === 0) {
      const nextAtMs = nextEvent(world, simulation);
      if (nextAtMs === null) return;
      if (nextAtMs > MAX_TIME_MS) return world.violate(`never at rest: ${waiting(world)}`);
      if (nextAtMs > CALM_AFTER_MS) world.rates = CALM;
      timeline.nowMs = nextAtMs;
      simulation.deadlines.check();
      continue;
    }
    if (step > MAX_STEPS)
      return world.violate(`not at rest after ${step} steps: ${waiting(world)}`);
    const from = world.choices.made.length;
    world.choices.owner = null;
    disturb(world);
    const next = choose(world, ready);
    world.choices.own(from, next.actor.work);
    resume(world, next);
    await microtasks();
  }
}

function nextEvent({ timeline }: World, { jobs }: Simulation): number | null {
  const isBusy = timeline.parked.some(({ actor }) => !jobs.isBackground(actor));
  if (!isBusy) return null;
  const nextAtMs = timeline.nextAtMs();
  return nextAtMs === Infinity ? null : nextAtMs;
}

function waiting({ timeline }: World): string {
  return [...new Set(timeline.parked.map(({ label }) => label))].slice(0, 5).join(", ");
}

/** What can happen at any moment, whoever is next. */
function disturb(world: World): void {
  const { timeline, choices } = world;
  if (world.strikes("clockJump")) {
    const stepMs = choices.draw(MAX_CLOCK_STEP_MS) * (choices.draw(2) === 0 ? 1 : -1);
    timeline.skewMs += stepMs;
    world.noteFault("clockJump", `${stepMs} ms`);
  }
  if (world.strikes("restart")) {
    const inFlight = [...world.actors].filter(({ isAction }) => isAction);
    if (inFlight.length > 0) world.noteFault("restart", "every action in flight dies");
    for (const actor of inFlight) world.kill(actor);
  }
}

function choose(world: World, ready: Parked[]): Parked {
  const i = world.strikes("reordering") ? world.choices.draw(ready.length) : 0;
  const next = ready[i] ?? ready[0];
  if (next === undefined) throw new Error("invariant: nobody is ready");
  return next;
}

function resume(world: World, next: Parked): void {
  if (next.actor.isDead) return;
  if (next.actor.isAction && world.strikes("killedAction")) {
    world.noteFault("killedAction", `${next.actor.name} at "${next.label}"`);
    return world.kill(next.actor);
  }
  world.timeline.take(next);
  next.resume();
}

/** Everything between two parks is microtasks, which are all done by the next macrotask. */
function microtasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
