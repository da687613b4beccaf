import type { GenericDataModel, GenericMutationCtx } from "convex/server";
import type { Value } from "convex/values";
import type { LoadedApp } from "../app.ts";
import { CommitClock } from "./clock.ts";
import { createTestRuntime, type FunctionPath, type TestRuntime } from "./convexTestRuntime.ts";
import { FunctionDirectory } from "./functions/functionDirectory.ts";
import { FunctionRunner } from "./functions/functionRunner.ts";
import { wrapModules } from "./functions/wrapModules.ts";
import { outside } from "./outside.ts";
import {
  installRecorder,
  record,
  withOverrides,
  type SyscallOverrides,
} from "./recorder/recorder.ts";
import type { DocumentWrite } from "./recorder/recording.ts";
import { Scheduler } from "./scheduler/scheduler.ts";
import type { EngineStats } from "./stats.ts";

/** An app mounted on convex-test, its scheduler, and the one place every commit passes. */
export class Backend {
  readonly clock = new CommitClock();
  readonly stats: EngineStats = { commits: 0, reruns: 0, skipped: 0, connections: 0 };
  readonly print: (line: string) => void;
  readonly directory: FunctionDirectory;
  readonly runtime: TestRuntime;
  readonly scheduler: Scheduler;
  readonly runner: FunctionRunner;
  /**
   * Syscalls that are answered here and not by convex-test: those of the scheduler. File storage
   * adds "1.0/storageGetUrl" and "1.0/storageGenerateUploadUrl" when a component needs it.
   */
  readonly overrides: SyscallOverrides;
  readonly #listeners: ((writes: DocumentWrite[]) => void)[] = [];

  constructor(app: LoadedApp, print: (line: string) => void) {
    // A function may print, and whoever shows the line may need a timer, which functions have not.
    this.print = (line) => outside(() => print(line));
    this.directory = new FunctionDirectory(app);
    this.runtime = mount(app, (writes) => this.publish(writes));
    this.scheduler = new Scheduler(this);
    this.overrides = this.scheduler.overrides;
    this.runner = new FunctionRunner(this);
    this.onCommit((writes) => this.scheduler.onCommit(writes));
  }

  onCommit(listener: (writes: DocumentWrite[]) => void): void {
    this.#listeners.push(listener);
  }

  /** Tells everyone about a commit, and answers with its timestamp. */
  publish(writes: DocumentWrite[]): bigint {
    if (writes.length > 0) {
      this.stats.commits += 1;
      this.clock.advance();
      // The queries that run because of it are no part of the function that made it.
      outside(() => this.#listeners.forEach((listener) => listener(writes)));
    }
    return this.clock.now;
  }

  /** Runs an inline mutation in a component. */
  async transact<Result>(
    componentPath: string,
    run: (ctx: GenericMutationCtx<GenericDataModel>) => Promise<Result>,
  ): Promise<Result> {
    const { overrides } = this;
    const recorded = await record(() => this.runtime.runInComponent(componentPath, run), {
      overrides,
    });
    if (!recorded.ok) throw recorded.error;
    this.publish(recorded.recording.writes);
    return recorded.value;
  }

  runAction(path: FunctionPath, args: Value): Promise<Value> {
    return withOverrides(this.overrides, () => this.runtime.actionFromPath(path, args));
  }
}

function mount(
  { root, components }: LoadedApp,
  onCommit: (writes: DocumentWrite[]) => void,
): TestRuntime {
  const runtime = createTestRuntime(root.schema, wrapModules(root, onCommit));
  for (const component of components) {
    runtime.registerComponent(component.path, component.schema, wrapModules(component, onCommit));
  }
  installRecorder();
  return runtime;
}
