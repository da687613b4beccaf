import type { Value } from "convex/values";
import type { LoadedComponent } from "../../../scripts/backend/app.ts";
import {
  createTestRuntime,
  type TestRuntime,
} from "../../../scripts/backend/engine/convexTestRuntime.ts";
import {
  installRecorder,
  withOverrides,
  type SyscallOverride,
} from "../../../scripts/backend/engine/recorder/recorder.ts";
import type { Call, Cost, Ctx, Range, Subject } from "./bench.ts";
import { loadComponents } from "./components.ts";
import { addCosts, NO_COST } from "./costs.ts";
import { EPOCH_MS } from "../../simulation/environment.ts";
import { execute, seedOf } from "./environment.ts";
import { Jobs, type Job } from "./jobs.ts";

/** More than any bench queues: reached only by work that schedules itself for ever. */
const MOST_JOBS = 10_000;

/** An empty deployment with one subject mounted, whose clock and randomness are the bench's. */
export class World<Client> {
  readonly #subject: Subject<Client>;
  readonly #runtime: TestRuntime;
  readonly #seed: string;
  readonly #jobs = new Jobs();
  #nowMs = EPOCH_MS;
  #transactions = 0;

  static async create<Client>(subject: Subject<Client>, seed: string): Promise<World<Client>> {
    const components = await loadComponents((t) => subject.mount(t));
    const world = new World(subject, components, seed);
    await world.run(async (_, ctx) => subject.setUp?.(ctx));
    await world.drain();
    return world;
  }

  private constructor(subject: Subject<Client>, components: LoadedComponent[], seed: string) {
    this.#subject = subject;
    this.#seed = seed;
    const generated = { "./_generated/api.js": () => Promise.resolve({}) };
    const runtime = createTestRuntime(null, generated);
    installRecorder();
    for (const { path, schema, modules } of components) {
      runtime.registerComponent(path, schema, modules);
    }
    this.#runtime = runtime;
  }

  /** One mutation of the app, a millisecond after the last one. */
  async run(work: (client: Client, ctx: Ctx) => Promise<unknown>): Promise<Cost> {
    this.#nowMs += 1;
    return this.#transact("", (ctx) => work(this.#subject.client(), ctx));
  }

  /** The same, many times: `call.n` counts, and `call.key` is another one each time. */
  async repeat(
    times: number,
    work: (client: Client, ctx: Ctx, call: Call) => Promise<unknown>,
  ): Promise<void> {
    for (let n = 0; n < times; n++) {
      await this.run((client, ctx) =>
        work(client, ctx, { client: 0, n, key: `key ${n}`, size: 0 }),
      );
    }
  }

  /** Writes rows straight into a component's table, where the front door would take minutes. */
  async fill(
    { component, table }: { component: string; table: string },
    { from, to }: Range,
    rowOf: (i: number) => Record<string, Value>,
  ): Promise<void> {
    await this.#transact(component, async (ctx) => {
      for (let i = from; i < to; i++) await ctx.db.insert(table, rowOf(i));
    });
  }

  /** Runs queued work, in the order it is due, until there is none, and says what that cost. */
  async drain(): Promise<{ cost: Cost; transactions: number }> {
    let cost = NO_COST;
    for (let transactions = 0; transactions < MOST_JOBS; transactions++) {
      const job = this.#jobs.next();
      if (job === undefined) return { cost, transactions };
      cost = addCosts(cost, await this.#runJob(job));
    }
    throw new Error(`The queue of "${this.#subject.name}" is not empty after ${MOST_JOBS} jobs.`);
  }

  async #runJob(job: Job): Promise<Cost> {
    job.state = "inProgress";
    this.#nowMs = Math.max(this.#nowMs, job.dueAt);
    const cost = await this.#transact("", (ctx) => ctx.runMutation(job.handle, job.args));
    job.state = "success";
    // The call from here stands for the scheduler's, which is no nested call.
    return { ...cost, nestedCalls: cost.nestedCalls - 1 };
  }

  async #transact(componentPath: string, body: (ctx: Ctx) => Promise<unknown>): Promise<Cost> {
    let nestedCalls = 0;
    const countCall: SyscallOverride = (args, next) => {
      nestedCalls += 1;
      return next(args);
    };
    const overrides = { ...this.#jobs.overrides, "1.0/runUdf": countCall };
    const seed = seedOf(`${this.#seed} ${(this.#transactions += 1)}`);
    let succeeded = false;
    try {
      const metrics = await execute({ nowMs: this.#nowMs, seed }, () =>
        withOverrides(overrides, () => this.#metricsOf(componentPath, body)),
      );
      succeeded = true;
      return { ...metrics, nestedCalls, scheduled: this.#jobs.commit(true) };
    } finally {
      if (!succeeded) this.#jobs.commit(false);
    }
  }

  #metricsOf(componentPath: string, body: (ctx: Ctx) => Promise<unknown>) {
    return this.#runtime.runInComponent(componentPath, async (ctx) => {
      await body(ctx);
      const metrics = await ctx.meta.getTransactionMetrics();
      return {
        queries: metrics.databaseQueries.used,
        documentsRead: metrics.documentsRead.used,
        documentsWritten: metrics.documentsWritten.used,
        bytesRead: metrics.bytesRead.used,
        bytesWritten: metrics.bytesWritten.used,
      };
    });
  }
}
