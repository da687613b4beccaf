import type { GenericDataModel, GenericMutationCtx, FunctionHandle } from "convex/server";
import type { JSONValue, Value } from "convex/values";
import { currentCall, FunctionCall } from "../functions/functionCall.ts";
import type { FunctionDirectory } from "../functions/functionDirectory.ts";
import { failureOf } from "../functions/functionErrors.ts";
import { outside } from "../outside.ts";
import type { SyscallOverride, SyscallOverrides } from "../recorder/recorder.ts";
import type { Document, DocumentWrite } from "../recorder/recording.ts";
import * as jobs from "./scheduledFunctions.ts";

/** Node fires longer timers at once, so they are waited for in pieces. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Finished jobs beyond this many are forgotten, oldest first. The real backend keeps them for a
 * week; here every row makes every query of its component slower.
 */
const FINISHED_JOBS_KEPT = 1000;

type MutationCtx = GenericMutationCtx<GenericDataModel>;

interface Host {
  directory: FunctionDirectory;
  print: (line: string) => void;
  /** Runs an inline mutation in a component; its writes reach the subscribers. */
  transact<T>(componentPath: string, run: (ctx: MutationCtx) => Promise<T>): Promise<T>;
  runAction(path: { componentPath: string; udfPath: string }, args: Value): Promise<Value>;
}

interface Job {
  id: string;
  component: string;
  functionHandle: string;
  args: Value;
  scheduledTime: number;
}

/** Runs scheduled functions on real timers, from what the commits say about their table. */
export class Scheduler {
  readonly #host: Host;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #finished: Pick<Job, "id" | "component">[] = [];
  #isClosed = false;

  constructor(host: Host) {
    this.#host = host;
  }

  readonly overrides: SyscallOverrides = {
    "1.0/schedule": jobs.scheduleJob,
    "1.0/cancel_job": jobs.cancelJob,
    "1.0/actions/schedule": (args) => this.#inTransaction("1.0/schedule", args),
    "1.0/actions/cancel_job": (args) => this.#inTransaction("1.0/cancel_job", args),
    "1.0/getRequestMetadata": addJobId,
  };

  /** Starts the timers of new jobs and stops those of canceled ones. */
  onCommit(writes: readonly DocumentWrite[]): void {
    if (this.#isClosed) return;
    for (const { table, id, component, after, functionHandle } of writes) {
      if (table !== jobs.SCHEDULED_FUNCTIONS || after === null) continue;
      const state = jobs.stateOf(after);
      if (state === "pending" && functionHandle !== undefined) {
        this.#wait({ id, component, functionHandle, ...timeAndArgs(after) });
      } else if (state !== "inProgress") {
        clearTimeout(this.#timers.get(keyOf({ id, component })));
        this.#timers.delete(keyOf({ id, component }));
        this.#finished.push({ id, component });
      }
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #wait(job: Job): void {
    const delayMs = Math.max(0, job.scheduledTime - Date.now());
    const timer = outside(() =>
      setTimeout(
        () => (delayMs > MAX_TIMEOUT_MS ? this.#wait(job) : void this.#run(job)),
        Math.min(delayMs, MAX_TIMEOUT_MS),
      ),
    );
    this.#timers.set(keyOf(job), timer);
  }

  async #run(job: Job): Promise<void> {
    this.#timers.delete(keyOf(job));
    const path = jobs.parseFunctionHandle(job.functionHandle);
    try {
      const { kind } = await this.#host.directory.findAny(path.udfPath, path.componentPath);
      const call = new FunctionCall({
        kind,
        name: path.udfPath,
        print: this.#host.print,
        jobId: job.id,
      });
      await currentCall.run(call, () =>
        kind === "action" ? this.#runAction(job, call) : this.#runMutation(job, call),
      );
      await this.#forgetOldest();
    } catch (error) {
      this.#host.print(`Scheduled function ${path.udfPath} did not run: ${String(error)}`);
    }
  }

  /** The mutation and the state of its job are one transaction, so it runs exactly once. */
  async #runMutation(job: Job, call: FunctionCall): Promise<void> {
    await this.#host.transact(job.component, async (ctx) => {
      if ((await jobs.jobState(job.id)) !== "pending") return;
      const mutation = job.functionHandle as FunctionHandle<"mutation">;
      const succeeded = await settle(call, () =>
        ctx.runMutation(mutation, job.args as Record<string, Value>),
      );
      await jobs.setJobState(job.id, succeeded ? "success" : "failed");
    });
  }

  async #runAction(job: Job, call: FunctionCall): Promise<void> {
    const isDue = await this.#host.transact(job.component, async () => {
      const isPending = (await jobs.jobState(job.id)) === "pending";
      if (isPending) await jobs.setJobState(job.id, "inProgress");
      return isPending;
    });
    if (!isDue) return;
    const path = jobs.parseFunctionHandle(job.functionHandle);
    const succeeded = await settle(call, () => this.#host.runAction(path, job.args));
    await this.#host.transact(job.component, async () => {
      // It may have been canceled meanwhile, and that is the state to keep.
      if ((await jobs.jobState(job.id)) !== "inProgress") return;
      await jobs.setJobState(job.id, succeeded ? "success" : "failed");
    });
  }

  async #forgetOldest(): Promise<void> {
    while (this.#finished.length > FINISHED_JOBS_KEPT) {
      const oldest = this.#finished.shift();
      if (oldest === undefined) return;
      await this.#host.transact(oldest.component, () => jobs.removeJob(oldest.id));
    }
  }

  /** An action has no transaction of its own to schedule in. */
  async #inTransaction(op: string, args: Record<string, JSONValue>): Promise<string> {
    const metadata = await jobs.perform("1.0/getFunctionMetadata", {});
    const { componentPath } = metadata as { componentPath: string };
    return JSON.stringify(await this.#host.transact(componentPath, () => jobs.perform(op, args)));
  }
}

/** True when it did not throw; what it threw goes to the terminal, as nobody waits for it. */
async function settle(call: FunctionCall, run: () => Promise<unknown>): Promise<boolean> {
  try {
    await run();
    return true;
  } catch (error) {
    call.printError(failureOf(error, call.hasStarted).errorMessage);
    return false;
  }
}

const addJobId: SyscallOverride = async (args, next) => {
  const metadata = JSON.parse(await next(args)) as Record<string, JSONValue>;
  const jobId = currentCall.getStore()?.jobId ?? null;
  return JSON.stringify(jobId === null ? metadata : { ...metadata, scheduledFunctionId: jobId });
};

function timeAndArgs(job: Document): { scheduledTime: number; args: Value } {
  const { scheduledTime, args } = job as { scheduledTime: number; args: [Value] };
  return { scheduledTime, args: args[0] };
}

function keyOf({ component, id }: Pick<Job, "id" | "component">): string {
  return `${component} ${id}`;
}
