import type { JSONValue } from "convex/values";
import type {
  SyscallOverride,
  SyscallOverrides,
} from "../../scripts/backend/engine/recorder/recorder.ts";
import * as rows from "../../scripts/backend/engine/scheduler/scheduledFunctions.ts";
import type { Database } from "./database.ts";
import { currentActor } from "./timeline.ts";

interface JobRow {
  component: string;
  id: string;
}

/** What `ctx.scheduler` does inside of a transaction: the job is a row that commits with the rest. */
export function schedulerSyscalls(database: Database): SyscallOverrides {
  return {
    "1.0/schedule": (args, next) => schedule(database, args, next),
    "1.0/cancel_job": (args, next) => {
      // A scheduled mutation that cancels itself: nothing happens.
      if (currentActor.getStore()?.job?.id === args.id) return Promise.resolve("{}");
      return rows.cancelJob(args, next);
    },
    "1.0/getRequestMetadata": addJobId,
  };
}

/** A function that was scheduled can ask for the id of its job. */
export const addJobId: SyscallOverride = async (args, next) => {
  const metadata = JSON.parse(await next(args)) as Record<string, JSONValue>;
  const scheduledFunctionId = currentActor.getStore()?.job?.id ?? null;
  return JSON.stringify({ ...metadata, scheduledFunctionId });
};

async function schedule(
  database: Database,
  args: Parameters<SyscallOverride>[0],
  next: Parameters<SyscallOverride>[1],
): Promise<string> {
  const { name, reference, functionHandle } = args;
  const address = { name, reference, functionHandle } as Record<string, JSONValue>;
  const handle = (await rows.perform("1.0/createFunctionHandle", address)) as string;
  const path = rows.parseFunctionHandle(handle);
  if (database.mounted.findFunction(path) === undefined) {
    throw new Error(`Attempted to schedule function at nonexistent path: ${path.udfPath}`);
  }
  const result = await rows.scheduleJob(args, next);
  const parent = currentActor.getStore()?.job ?? null;
  // What a canceled action still schedules is born canceled.
  if (parent !== null && committedState(database, parent) === "canceled") {
    await rows.setJobState(JSON.parse(result) as string, "canceled");
  }
  return result;
}

/** The state of a job as everybody but its own transaction sees it. */
export function committedState(database: Database, { component, id }: JobRow): rows.JobState {
  const row = database.log.document(component, rows.SCHEDULED_FUNCTIONS, id);
  if (row === undefined) throw new Error(`invariant: no row of job ${id}`);
  return rows.stateOf(row);
}
