import type { Document } from "../../scripts/backend/engine/recorder/recording.ts";
import { Actions } from "./actions.ts";
import type { Choices } from "./choices.ts";
import { Client } from "./client.ts";
import { Database } from "./database.ts";
import { Deadlines } from "./deadlines.ts";
import { Jobs } from "./jobs.ts";
import { setActionCtx } from "./mount.ts";
import type { Scenario } from "./scenario.ts";
import { schedulerSyscalls } from "./scheduling.ts";
import { Actor } from "./timeline.ts";
import { Transactions } from "./transactions.ts";
import { injectedError, type World } from "./world.ts";

let current: Simulation | null = null;

/** The simulation that runs, for functions of a scenario: runs share them, one after the other. */
export function currentSimulation(): Simulation {
  if (current === null) throw new Error("invariant: no simulation is running");
  return current;
}

/** What a scenario sees of a run. */
export class Simulation {
  readonly choices: Choices;
  readonly jobs: Jobs;
  readonly #world: World;
  readonly #database: Database;
  readonly transactions: Transactions;
  readonly #actions: Actions;
  readonly #mayFail: (error: unknown) => boolean;
  readonly deadlines: Deadlines;
  readonly #afterEveryCommit: (() => void)[] = [];

  static async open(world: World, scenario: Scenario): Promise<Simulation> {
    const database = await Database.open(scenario.app, world.environment);
    return new Simulation(world, database, scenario);
  }

  private constructor(world: World, database: Database, scenario: Scenario) {
    this.choices = world.choices;
    this.#world = world;
    this.#database = database;
    this.#mayFail = scenario.mayFail ?? (() => false);
    this.deadlines = new Deadlines(world);
    this.transactions = new Transactions({
      world,
      database,
      timing: { executionMs: [0, 0], maxSlowMs: 15_000, ...scenario.timing },
      onCommit: (writes) => {
        this.jobs.onCommit(writes);
        for (const check of this.#afterEveryCommit) check();
        this.deadlines.check();
      },
    });
    this.#actions = new Actions({ world, database, transactions: this.transactions });
    this.jobs = new Jobs({
      world,
      database,
      transactions: this.transactions,
      runAction: (path, args) => this.#actions.run(path, args),
      maxDelayMs: scenario.timing?.maxJobDelayMs ?? 30_000,
      isBackground: scenario.isBackground ?? (() => false),
    });
    database.overrides = schedulerSyscalls(database);
    current = this;
    setActionCtx((ctx, component) => this.#actions.wrapCtx(ctx, component));
  }

  /** True time since the start, in milliseconds; `Date.now()` is the wall clock, which may step. */
  get nowMs(): number {
    return this.#world.timeline.nowMs;
  }

  /** Starts a client. */
  client(name: string, run: (client: Client) => Promise<void>): void {
    const client = new Client(name, {
      world: this.#world,
      database: this.#database,
      transactions: this.transactions,
      actions: this.#actions,
      mayFail: this.#mayFail,
    });
    this.#world.spawn(new Actor(name), async () => {
      await this.#world.timeline.park(name);
      await run(client);
    });
  }

  /** Fails the run with this message unless the condition holds. */
  check(condition: boolean, message: string): void {
    if (!condition) this.#world.violate(message);
  }

  /** Checks something after every commit. Keep it cheap: it runs thousands of times. */
  afterEveryCommit(check: () => void): void {
    this.#afterEveryCommit.push(check);
  }

  /** Demands that something comes true soon; faults extend the time. See `Deadlines`. */
  expectWithin(limitMs: number, what: string, isTrue: () => boolean): void {
    this.deadlines.add(limitMs, what, isTrue);
  }

  /** The committed documents of a table, oldest first; `component` is its mount path, "" the app. */
  documents<T = Document>(component: string, table: string): T[] {
    return this.#database.log.documents(component, table) as T[];
  }

  /** Runs a query of a component, for checks at rest: what would it answer now? */
  query(component: string, udfPath: string, args: Record<string, unknown> = {}): Promise<unknown> {
    const path = { componentPath: component, udfPath };
    return this.#database.mounted.runtime.queryFromPath(path, args as never);
  }

  /** For the scenario's actions: something outside that takes time. */
  pause(label: string, delayMs: number): Promise<void> {
    return this.#world.timeline.park(label, { delayMs });
  }

  /** For the scenario's functions: throws when the fault `userError` strikes. */
  mayThrow(where: string): void {
    if (!this.#database.decide(() => this.#world.strikes("userError"))) return;
    this.#world.noteFault("userError", where);
    throw injectedError(where);
  }
}
