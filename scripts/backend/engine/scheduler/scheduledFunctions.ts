import type { JSONValue } from "convex/values";
import type { SyscallGlobal } from "../convexTestRuntime.ts";
import { currentRecording, type SyscallOverride } from "../recorder/recorder.ts";
import type { Document } from "../recorder/recording.ts";

/*
 * The rows of `_scheduled_functions`, written inside a transaction through the same syscalls that
 * functions use, so that they are rolled back with it and reach whoever watches the table.
 *
 *   pending --(its time comes)--> inProgress --> success | failed      (an action)
 *   pending --(its time comes)--> success | failed                     (a mutation: one transaction)
 *   pending | inProgress --(scheduler.cancel)--> canceled
 */
export const SCHEDULED_FUNCTIONS = "_scheduled_functions";

/** The `state.kind` of a row. */
export type JobState = "pending" | "inProgress" | "success" | "failed" | "canceled";

/** Inside a mutation: adds the job to the transaction. Whoever sees the commit starts its timer. */
export const scheduleJob: SyscallOverride = async ({ ts, args, version: _, ...address }) => {
  const functionHandle = (await perform("1.0/createFunctionHandle", address)) as string;
  const { udfPath } = parseFunctionHandle(functionHandle);
  const value = {
    name: udfPath.replace(/(\.js)?(:|$)/, ".js$2"),
    args: [args ?? {}],
    scheduledTime: Number(ts) * 1000,
    state: { kind: "pending" },
  };
  const inserted = await perform("1.0/insert", { table: SCHEDULED_FUNCTIONS, value });
  const { _id } = inserted as { _id: string };
  const recording = currentRecording();
  const write = recording?.writeOf(recording.component ?? "", _id);
  if (write !== undefined) write.functionHandle = functionHandle;
  return JSON.stringify(_id);
};

/** Inside a mutation: a job that is over stays as it is. */
export const cancelJob: SyscallOverride = async ({ id }) => {
  const state = await jobState(String(id));
  if (state === "pending" || state === "inProgress") await setJobState(String(id), "canceled");
  return "{}";
};

/** Inside a mutation: null when the row is gone. */
export async function jobState(id: string): Promise<JobState | null> {
  const job = await perform("1.0/get", { id });
  return job === null ? null : stateOf(job as Document);
}

/** Inside a mutation. */
export async function setJobState(id: string, kind: JobState): Promise<void> {
  const isOver = kind !== "pending" && kind !== "inProgress";
  const value = { state: { kind }, ...(isOver && { completedTime: Date.now() }) };
  await perform("1.0/shallowMerge", { id, value });
}

/** Inside a mutation. */
export async function removeJob(id: string): Promise<void> {
  await perform("1.0/remove", { id });
}

/** The state a row is in. */
export function stateOf(job: Document): JobState {
  return (job.state as { kind: JobState }).kind;
}

/** A handle as convex-test makes it: `function://component;module:name`. */
export function parseFunctionHandle(handle: string) {
  const [componentPath = "", udfPath = ""] = handle.slice("function://".length).split(";");
  return { componentPath, udfPath };
}

/** Goes through the recorder, unlike what an override calls `next`. */
export async function perform(op: string, args: Record<string, JSONValue>): Promise<JSONValue> {
  const { Convex } = globalThis as unknown as SyscallGlobal;
  return JSON.parse(await Convex.asyncSyscall(op, JSON.stringify(args))) as JSONValue;
}
