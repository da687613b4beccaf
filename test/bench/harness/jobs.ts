import type { FunctionHandle } from "convex/server";
import { jsonToConvex, type JSONValue, type Value } from "convex/values";
import type { SyscallOverrides } from "../../../scripts/backend/engine/recorder/recorder.ts";
import type { SyscallGlobal } from "../../../scripts/backend/engine/convexTestRuntime.ts";

export interface Job {
  id: string;
  /** "function://componentPath;module:name" */
  handle: FunctionHandle<"mutation">;
  args: Record<string, Value>;
  dueAt: number;
  state: "pending" | "inProgress" | "success" | "canceled";
}

/**
 * Scheduled functions, kept here instead of in convex-test's timers: a bench decides when queued
 * work runs, so that its cost can be told from the cost of the call that queued it.
 */
export class Jobs {
  readonly #jobs = new Map<string, Job>();
  #scheduledByTransaction: Job[] = [];

  /** Answers the syscalls about scheduled functions in place of convex-test. */
  readonly overrides: SyscallOverrides = {
    "1.0/schedule": async ({ name, reference, functionHandle, args, ts }) => {
      const address = JSON.stringify({ name, reference, functionHandle });
      const { Convex } = globalThis as unknown as SyscallGlobal;
      const handle = JSON.parse(
        await Convex.asyncSyscall("1.0/createFunctionHandle", address),
      ) as FunctionHandle<"mutation">;
      const id = `${9_000_000 + this.#jobs.size}_scheduled_functions`;
      const dueAt = Number(ts) * 1000;
      const values = jsonToConvex(args ?? {}) as Record<string, Value>;
      const job: Job = { id, handle, args: values, dueAt, state: "pending" };
      this.#jobs.set(id, job);
      this.#scheduledByTransaction.push(job);
      return JSON.stringify(id);
    },
    "1.0/cancel_job": ({ id }) => {
      const job = this.#jobs.get(String(id));
      if (job?.state === "pending") job.state = "canceled";
      return Promise.resolve("{}");
    },
    "1.0/get": (args, next) => {
      const id = String(args["id"]);
      if (!id.endsWith("_scheduled_functions")) return next(args);
      const job = this.#jobs.get(id);
      return Promise.resolve(JSON.stringify(job === undefined ? null : documentOf(job)));
    },
  };

  /** Ends a transaction and says how many functions it scheduled: none if it was rolled back. */
  commit(succeeded: boolean): number {
    const scheduled = this.#scheduledByTransaction;
    this.#scheduledByTransaction = [];
    if (succeeded) return scheduled.length;
    for (const { id } of scheduled) this.#jobs.delete(id);
    return 0;
  }

  /** The pending job that is due first, if any. */
  next(): Job | undefined {
    const pending = [...this.#jobs.values()].filter(({ state }) => state === "pending");
    return pending.reduce<Job | undefined>(
      (first, job) => (first === undefined || job.dueAt < first.dueAt ? job : first),
      undefined,
    );
  }
}

function documentOf({ id, handle, args, dueAt, state }: Job): JSONValue {
  return {
    _id: id,
    _creationTime: 0,
    name: handle,
    args: [args as JSONValue],
    scheduledTime: dueAt,
    state: { kind: state },
  };
}
