import { convexToJson, type JSONValue, type Value } from "convex/values";
import type { TestRuntime } from "../convexTestRuntime.ts";
import { decodeArguments } from "./functionArguments.ts";
import { currentCall, FunctionCall, type FunctionKind } from "./functionCall.ts";
import { displayPath, type FoundFunction, type FunctionDirectory } from "./functionDirectory.ts";
import { failureOf, type Failure } from "./functionErrors.ts";
import { record, withOverrides, type SyscallOverrides } from "../recorder/recorder.ts";
import type { DocumentWrite, PageJournal, Read, Recording } from "../recorder/recording.ts";

/** A call as a client makes it; `args` and results are values in their JSON encoding. */
export interface FunctionRequest {
  udfPath: string;
  args: JSONValue;
  componentPath?: string | undefined;
  /** The runtime as this caller sees it: with its address and, one day, its identity. */
  runtime: TestRuntime;
}

/** The value or the failure, and what was printed on the way. */
export type Outcome = { logLines: string[] } & (
  { ok: true; value: JSONValue } | ({ ok: false } & Failure)
);

interface Host {
  directory: FunctionDirectory;
  overrides: SyscallOverrides;
  print: (line: string) => void;
  /** Tells the subscribers, and answers with the timestamp of the commit. */
  publish(writes: DocumentWrite[]): bigint;
}

/** A query's result, with what is needed to know when it changes. */
export interface QueryRun {
  outcome: Outcome;
  reads: readonly Read[];
  /** The page that was returned, to be returned again; null for a query without pages. */
  journal: PageJournal | null;
}

/** What an execution leaves behind beside its result. */
interface Effects {
  recording: Recording | null;
  ts: bigint;
}

/** How to get at the function, and what is known about it before. */
interface Lookup {
  kind: FunctionKind;
  find: () => Promise<FoundFunction>;
  journal: PageJournal | null;
}

/** Runs one function for a caller and says what came of it; never throws. */
export class FunctionRunner {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  async query(request: FunctionRequest, journal: PageJournal | null): Promise<QueryRun> {
    const { outcome, recording } = await this.#callPublic("query", request, journal);
    return { outcome, reads: recording?.reads ?? [], journal: recording?.journal ?? null };
  }

  /** `ts` is the time of the commit, which the caller's subscriptions have to reach. */
  async mutation(request: FunctionRequest): Promise<{ outcome: Outcome; ts: bigint }> {
    return this.#callPublic("mutation", request);
  }

  async action(request: FunctionRequest): Promise<Outcome> {
    return (await this.#callPublic("action", request)).outcome;
  }

  /** Any function of any component, public or not, as the dashboard and `convex run` call it. */
  async asAdministrator(request: FunctionRequest): Promise<Outcome> {
    const { udfPath, componentPath = "" } = request;
    try {
      const found = await this.#host.directory.findAny(udfPath, componentPath);
      const find = () => Promise.resolve(found);
      return (await this.#call(request, { kind: found.kind, find, journal: null })).outcome;
    } catch (error) {
      return { ok: false, ...failureOf(error, false), logLines: [] };
    }
  }

  #callPublic(kind: FunctionKind, request: FunctionRequest, journal: PageJournal | null = null) {
    const { udfPath, componentPath } = request;
    const find = () => this.#host.directory.findPublic(udfPath, kind, componentPath);
    return this.#call(request, { kind, find, journal });
  }

  async #call(
    request: FunctionRequest,
    { kind, find, journal }: Lookup,
  ): Promise<Effects & { outcome: Outcome }> {
    const name = displayPath(request.udfPath);
    const call = new FunctionCall({ kind, name, print: this.#host.print });
    const { logLines } = call;
    const effects: Effects = { recording: null, ts: 0n };
    try {
      const found = await find();
      const value = await currentCall.run(call, () =>
        this.#execute(found, request, { effects, journal }),
      );
      return { ...effects, outcome: { ok: true, value: convexToJson(value), logLines } };
    } catch (error) {
      const failure = failureOf(error, call.hasStarted);
      call.printError(failure.errorMessage);
      return { ...effects, outcome: { ok: false, ...failure, logLines } };
    }
  }

  async #execute(
    { path, kind }: FoundFunction,
    { args: json, runtime }: FunctionRequest,
    { effects, journal }: { effects: Effects; journal: PageJournal | null },
  ): Promise<Value> {
    const { overrides } = this.#host;
    const args = decodeArguments(json);
    if (kind === "action") {
      return withOverrides(overrides, () => runtime.actionFromPath(path, args));
    }
    const run = kind === "query" ? runtime.queryFromPath : runtime.mutationFromPath;
    const recorded = await record(() => run(path, args), { overrides, journal });
    effects.recording = recorded.recording;
    // Also when it failed: convex-test checks return values after the commit.
    if (kind === "mutation") effects.ts = this.#host.publish(recorded.recording.writes);
    if (!recorded.ok) throw recorded.error;
    return recorded.value;
  }
}
