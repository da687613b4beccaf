import type { GenericDataModel, GenericMutationCtx } from "convex/server";
import type { LoadedApp } from "../../scripts/backend/app.ts";
import { indexFieldsOf } from "../../scripts/backend/engine/recorder/indexFields.ts";
import {
  record,
  type Recorded,
  type SyscallOverrides,
} from "../../scripts/backend/engine/recorder/recorder.ts";
import { CommitLog } from "./commitLog.ts";
import { creationClocksOf, type CreationClock } from "./convexTestInternals.ts";
import type { Environment, Moment } from "./environment.ts";
import { mount, type Mounted } from "./mount.ts";
import { pinning, pinSnapshotTs, replaying, setSnapshotTs, type Pin } from "./pins.ts";
import { documentRules } from "./rules/enforce.ts";

export type MutationCtx = GenericMutationCtx<GenericDataModel>;

/** A transaction to run: `run` may run several times, of which at most one is committed. */
export interface Call<T> {
  component: string;
  label: string;
  run: (ctx: MutationCtx) => Promise<T>;
}

/** Everything a transaction takes from the moment it began, whenever it commits. */
export interface Begin extends Moment {
  /** The commits it sees. */
  position: number;
  snapshotTs: bigint;
  creationTimes: number[];
  /** Results of `useStaleSnapshot` queries, which see the database as of the begin. */
  pins: Pin[];
  /** What the functions asked the simulator for, such as whether to throw. */
  decisions: boolean[];
}

export type Execution<T> = Recorded<T>;

/** The app on convex-test, and the one way to run transactions on it. */
export class Database {
  readonly log: CommitLog;
  readonly mounted: Mounted;
  /** Syscalls that are answered here: those of the scheduler. */
  overrides: SyscallOverrides = {};
  readonly #environment: Environment;
  readonly #clocks: CreationClock[];
  /** The transaction that runs now; they never overlap. */
  #running: Begin | null = null;
  #decided = 0;

  static async open(app: LoadedApp, environment: Environment): Promise<Database> {
    const mounted = await mount(app);
    const clocks = await creationClocksOf(mounted.runtime);
    pinSnapshotTs();
    return new Database({ app, environment, mounted, clocks });
  }

  private constructor(parts: {
    app: LoadedApp;
    environment: Environment;
    mounted: Mounted;
    clocks: CreationClock[];
  }) {
    this.log = new CommitLog(indexFieldsOf(parts.app));
    this.mounted = parts.mounted;
    this.#environment = parts.environment;
    this.#clocks = parts.clocks;
  }

  begin(moment: Moment): Begin {
    return {
      ...moment,
      position: this.log.length,
      snapshotTs: this.log.lastTs,
      creationTimes: this.#clocks.map((clock) => clock._lastCreationTime),
      pins: [],
      decisions: [],
    };
  }

  /** Something a function decides by chance: inside a transaction, the same in both executions. */
  decide(draw: () => boolean): boolean {
    if (this.#running === null) return draw();
    const { decisions } = this.#running;
    const decision = decisions[this.#decided] ?? draw();
    decisions[this.#decided] = decision;
    this.#decided += 1;
    return decision;
  }

  /** Runs a transaction and rolls it back, to learn what it reads and which snapshots it sees. */
  async rehearse<T>(begin: Begin, call: Call<T>): Promise<Execution<T>> {
    const done: T[] = [];
    const pins = pinning(begin.pins);
    const { component } = call;
    const execution = await this.#execute(begin, { component, pins }, async (ctx) => {
      done.push(await call.run(ctx));
      throw ROLLED_BACK;
    });
    this.#setClocks(begin.creationTimes);
    return executionOf(execution, done);
  }

  /** Runs a transaction and commits it, unless it throws. */
  async commit<T>(begin: Begin, call: Call<T>): Promise<Execution<T>> {
    const before = this.#clocks.map((clock) => clock._lastCreationTime);
    this.#setClocks(begin.creationTimes);
    const done: T[] = [];
    const pins = begin.pins.length > 0 ? replaying(begin.pins) : {};
    const { component } = call;
    const execution = await this.#execute(begin, { component, pins }, async (ctx) => {
      done.push(await call.run(ctx));
    });
    this.#setClocks(
      before.map((time, i) => Math.max(time, this.#clocks[i]?._lastCreationTime ?? 0)),
    );
    // After the function itself something of convex-test can still fail, such as the result.
    return executionOf(execution, execution.ok ? done : []);
  }

  #execute(
    begin: Begin,
    { component, pins }: { component: string; pins: SyscallOverrides },
    run: (ctx: MutationCtx) => Promise<void>,
  ) {
    const overrides = { ...documentRules, ...this.overrides, ...pins };
    const { runtime } = this.mounted;
    const handler = async (ctx: MutationCtx) => {
      await run(ctx);
      return null;
    };
    this.#running = begin;
    setSnapshotTs(begin.snapshotTs);
    this.#decided = 0;
    return this.#environment
      .during(begin, () => record(() => runtime.runInComponent(component, handler), { overrides }))
      .finally(() => {
        this.#running = null;
        setSnapshotTs(null);
      });
  }

  #setClocks(times: readonly number[]): void {
    this.#clocks.forEach((clock, i) => {
      clock._lastCreationTime = times[i] ?? 0;
    });
  }
}

/** One for all, because errors are expensive to make. */
const ROLLED_BACK = new Error("a rehearsal was rolled back");

function executionOf<T>(execution: Recorded<unknown>, done: T[]): Execution<T> {
  const { recording } = execution;
  const [value] = done;
  if (done.length > 0) return { ok: true, value: value as T, recording };
  if (execution.ok) throw new Error("invariant: committed without a value");
  return { ok: false, error: execution.error, recording };
}
