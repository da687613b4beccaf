import type { FunctionHandle } from "convex/server";
import type { Value } from "convex/values";
import type { FunctionPath } from "../../scripts/backend/engine/convexTestRuntime.ts";
import type { DocumentWrite } from "../../scripts/backend/engine/recorder/recording.ts";
import * as rows from "../../scripts/backend/engine/scheduler/scheduledFunctions.ts";
import type { Call, Database } from "./database.ts";
import { EPOCH_MS } from "./environment.ts";
import { committedState } from "./scheduling.ts";
import { Actor } from "./timeline.ts";
import type { Transactions } from "./transactions.ts";
import { messageOf, type World } from "./world.ts";

/** Jobs that run at once, as on a self-hosted backend. */
const PARALLELISM = 8;

/** Waits after a conflict: scheduled functions are retried for ever. */
const CONFLICT_BACKOFF = { firstDelayMs: 100, maxDelayMs: 60_000 };

/** The first wait after an error of the system is half a second, the longest two hours. */
const SYSTEM_BACKOFF_MS = { first: 500, most: 7_200_000 };

interface Job {
  id: string;
  component: string;
  path: FunctionPath;
  args: Value;
  dueAtMs: number;
}

interface Parts {
  world: World;
  database: Database;
  transactions: Transactions;
  runAction: (path: FunctionPath, args: Value) => Promise<Value>;
  /** The longest that the fault `delayedJob` adds, in milliseconds. */
  maxDelayMs: number;
  /** Jobs that a run does not wait for, such as a daily clean-up. */
  isBackground: (job: { component: string; name: string }) => boolean;
}

/**
 * Scheduled functions: actors that wait for their time.
 *
 *   pending ──> success | failed                  a mutation: one transaction, hence exactly once
 *   pending ──> inProgress ──> success | failed   an action: at most once; one that died is found
 *                                                 in progress by the next look, and failed
 */
export class Jobs {
  /** Conflicts of scheduled mutations, and how many of them were run. */
  readonly stats = { runs: 0, conflicts: [] as string[] };
  readonly #parts: Parts;
  readonly #running = new Set<Actor>();
  readonly #background = new Set<Actor>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  isBackground(actor: Actor): boolean {
    return this.#background.has(actor);
  }

  onCommit(writes: readonly DocumentWrite[]): void {
    for (const { table, before, after, id, component, functionHandle } of writes) {
      if (table !== rows.SCHEDULED_FUNCTIONS || before !== null || after === null) continue;
      if (functionHandle === undefined || rows.stateOf(after) !== "pending") continue;
      const { scheduledTime, args } = after as unknown as { scheduledTime: number; args: [Value] };
      const dueAtMs = scheduledTime - EPOCH_MS - this.#parts.world.timeline.skewMs;
      const path = rows.parseFunctionHandle(functionHandle);
      this.#start({ id, component, path, args: args[0], dueAtMs });
    }
  }

  #start(job: Job): void {
    const { world, isBackground } = this.#parts;
    const actor = new Actor(labelOf(job), job);
    if (isBackground({ component: job.component, name: job.path.udfPath })) {
      this.#background.add(actor);
    }
    actor.onDeath = () => {
      this.#running.delete(actor);
      this.#start(job);
    };
    world.spawn(actor, async () => {
      await this.#waitFor(job);
      this.#background.delete(actor);
      this.#running.add(actor);
      await this.#run(job, actor);
      this.#running.delete(actor);
    });
  }

  async #waitFor(job: Job): Promise<void> {
    const { world, maxDelayMs } = this.#parts;
    const isOpen = () => this.#running.size < PARALLELISM;
    const delayMs = Math.max(0, job.dueAtMs - world.timeline.nowMs);
    await world.timeline.park(labelOf(job), { delayMs, isOpen });
    if (!world.strikes("delayedJob")) return;
    const lateMs = world.choices.draw(maxDelayMs);
    world.noteFault("delayedJob", `${labelOf(job)} waits ${lateMs} ms`, lateMs);
    await world.timeline.park(labelOf(job), { delayMs: lateMs, isOpen });
  }

  async #run(job: Job, actor: Actor): Promise<void> {
    const state = this.#stateOf(job);
    if (state === "inProgress") {
      await this.#transact(job, () => this.#finish(job, "failed"));
      this.#parts.world.log(`${labelOf(job)}: failed, it was in progress when it died`);
    } else if (state === "pending") {
      const fn = this.#parts.database.mounted.findFunction(job.path);
      if (fn?.isAction === true) await this.#runAction(job, actor);
      else await this.#runMutation(job);
    }
  }

  /** The effects and the state of the job are one transaction. */
  async #runMutation(job: Job): Promise<void> {
    const { world } = this.#parts;
    for (let failures = 0; world.strikes("systemError"); failures += 1) {
      const longestMs = Math.min(SYSTEM_BACKOFF_MS.first * 2 ** failures, SYSTEM_BACKOFF_MS.most);
      const delayMs = world.choices.between([0, longestMs]);
      world.noteFault("systemError", labelOf(job), delayMs);
      await world.timeline.park(labelOf(job), { delayMs });
    }
    this.stats.runs += 1;
    await this.#transact(job, async (ctx) => {
      if ((await rows.jobState(job.id)) !== "pending") return;
      // Seen by the function itself only: everyone else still sees it pending.
      await rows.setJobState(job.id, "inProgress");
      const handle = handleOf(job.path) as FunctionHandle<"mutation">;
      try {
        await ctx.runMutation(handle, job.args as Record<string, Value>);
      } catch (error) {
        world.log(`${labelOf(job)}: threw ${messageOf(error)}`);
        return rows.setJobState(job.id, "failed");
      }
      await rows.setJobState(job.id, "success");
    });
  }

  async #runAction(job: Job, actor: Actor): Promise<void> {
    const { world, runAction } = this.#parts;
    await this.#transact(job, async () => {
      if ((await rows.jobState(job.id)) === "pending") await rows.setJobState(job.id, "inProgress");
    });
    if (this.#stateOf(job) !== "inProgress") return;
    actor.isAction = true;
    await world.timeline.park(`start of ${labelOf(job)}`);
    let state: "success" | "failed" = "success";
    try {
      await runAction(job.path, job.args);
    } catch (error) {
      world.log(`${labelOf(job)}: threw ${messageOf(error)}`);
      state = "failed";
    }
    await world.timeline.park(`end of ${labelOf(job)}`);
    actor.isAction = false;
    await this.#transact(job, () => this.#finish(job, state));
  }

  #stateOf(job: Job): rows.JobState {
    return committedState(this.#parts.database, job);
  }

  /** It may have been canceled meanwhile, and that is the state to keep. */
  async #finish(job: Job, state: "success" | "failed"): Promise<void> {
    if ((await rows.jobState(job.id)) === "inProgress") await rows.setJobState(job.id, state);
  }

  /** Until it commits: the backend retries scheduled functions that met others for ever. */
  async #transact(job: Job, run: Call<void>["run"]): Promise<void> {
    const { world, transactions } = this.#parts;
    const call = { component: job.component, label: labelOf(job), run };
    for (let attempts = 1; ; attempts += 1) {
      const attempt = await transactions.attempt(call, { isRefused: world.strikes("abort") });
      if (attempt.kind === "threw") throw attempt.error;
      if (attempt.kind === "committed") return;
      this.stats.conflicts.push(attempt.where);
      await transactions.backOff(attempts, CONFLICT_BACKOFF);
    }
  }
}

function handleOf({ componentPath, udfPath }: FunctionPath): string {
  return `function://${componentPath};${udfPath}`;
}

function labelOf({ id, path }: Job): string {
  const name = path.componentPath === "" ? path.udfPath : `${path.componentPath}/${path.udfPath}`;
  return `job ${name} #${Number.parseInt(id, 10) - 10_000}`;
}
