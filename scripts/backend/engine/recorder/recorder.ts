import { AsyncLocalStorage } from "node:async_hooks";
import { convexToJson, type JSONValue } from "convex/values";
import { isConvexError, type SyscallGlobal, type Syscalls } from "../convexTestRuntime.ts";
import { recordAsync, recordSync, type Call } from "./recordedSyscalls.ts";
import { Recording, type PageJournal } from "./recording.ts";

/**
 * Answers a syscall instead of convex-test, or before or after it through `next`. What `next` does
 * is recorded; `globalThis.Convex` inside an override goes through the whole chain again.
 */
export type SyscallOverride = (
  args: Record<string, JSONValue>,
  next: (args: Record<string, JSONValue>) => Promise<string>,
) => Promise<string>;

/** Overrides by the name of their syscall, for example "1.0/schedule". */
export type SyscallOverrides = Readonly<Record<string, SyscallOverride>>;

interface Scope {
  overrides: SyscallOverrides;
  recording: Recording | null;
}

const scopes = new AsyncLocalStorage<Scope>();
let original: Syscalls | null = null;

/**
 * Puts the recorder between convex-test and its callers. Needs one `convexTest()` call before it,
 * which installs `globalThis.Convex`; later calls keep that object, so once is enough.
 */
export function installRecorder(): void {
  if (original !== null) return;
  const holder = globalThis as unknown as SyscallGlobal;
  const inner = holder.Convex;
  original = inner;
  holder.Convex = {
    get jsSyscall() {
      return inner.jsSyscall;
    },
    syscall: (op, json) => {
      const result = inner.syscall(op, json);
      const recording = scopes.getStore()?.recording ?? null;
      if (recording !== null) recordSync(recording, { op, json, result });
      return result;
    },
    asyncSyscall: (op, json) => {
      const scope = scopes.getStore();
      if (scope === undefined) return inner.asyncSyscall(op, json);
      const override = scope.overrides[op];
      if (override === undefined) return dispatch(inner, scope, { op, json });
      return override(JSON.parse(json) as Record<string, JSONValue>, (args) =>
        dispatch(inner, scope, { op, json: JSON.stringify(args) }),
      );
    },
  };
}

function dispatch(inner: Syscalls, scope: Scope, call: Call): Promise<string> {
  if (call.op === "1.0/runUdf") return withEncodedErrors(() => runNested(inner, scope, call.json));
  const { recording } = scope;
  if (recording === null) return inner.asyncSyscall(call.op, call.json);
  // A function that convex-test's own scheduler starts later must not record into this one.
  return scopes.exit(() => recordAsync(inner, recording, call));
}

/**
 * The caller of a nested function decodes the data of a ConvexError, which convex-test has decoded
 * already: data with an int64 or bytes would arrive as another error.
 */
async function withEncodedErrors(run: () => Promise<string>): Promise<string> {
  try {
    return await run();
  } catch (error) {
    if (isConvexError(error)) error.data = convexToJson(error.data);
    throw error;
  }
}

/** A nested call records for itself: it may run in another component, and it may be rolled back. */
async function runNested(inner: Syscalls, scope: Scope, json: string): Promise<string> {
  const { recording, overrides } = scope;
  if (recording === null) return inner.asyncSyscall("1.0/runUdf", json);
  const { udfType } = JSON.parse(json) as { udfType: "query" | "mutation" | "snapshotQuery" };
  const child = new Recording({ parent: recording });
  let succeeded = false;
  try {
    const result = await scopes.run({ overrides, recording: child }, () =>
      inner.asyncSyscall("1.0/runUdf", json),
    );
    succeeded = true;
    return result;
  } finally {
    recording.absorb(child, udfType, succeeded);
  }
}

/** The recording of the running handler; null in actions and outside of functions. */
export function currentRecording(): Recording | null {
  return scopes.getStore()?.recording ?? null;
}

/** How an execution ended and what it read and wrote until then. */
export type Recorded<Result> = { recording: Recording } & (
  { ok: true; value: Result } | { ok: false; error: unknown }
);

/** Runs one query or mutation and records what it reads and writes, also when it throws. */
export async function record<Result>(
  run: () => Promise<Result>,
  options: { overrides?: SyscallOverrides; journal?: PageJournal | null } = {},
): Promise<Recorded<Result>> {
  const overrides = options.overrides ?? scopes.getStore()?.overrides ?? {};
  const recording = new Recording({ journal: options.journal ?? null });
  try {
    return { ok: true, value: await scopes.run({ overrides, recording }, run), recording };
  } catch (error) {
    return { ok: false, error, recording };
  }
}

/** Runs an action, whose syscalls can be overridden but are no transaction to record. */
export function withOverrides<Result>(overrides: SyscallOverrides, run: () => Result): Result {
  return scopes.run({ overrides, recording: null }, run);
}
