import type { GenericDataModel, GenericMutationCtx, GenericSchema } from "convex/server";
import type { RequestMetadata, SchemaDefinition } from "convex/server";
import type { Value } from "convex/values";
import { convexTest } from "convex-test";
import type { ModuleMap } from "../app.ts";

/**
 * What convex-test has at run time and does not declare. Everything the backend uses beyond the
 * declared types is listed here, so an upgrade of convex-test has one file to be compared with.
 */
export interface TestRuntime {
  /** Runs a query by path in any component, without asking whether it is public. */
  queryFromPath(path: FunctionPath, args: Value): Promise<Value>;
  /** Runs a mutation by path in its own transaction. */
  mutationFromPath(path: FunctionPath, args: Value): Promise<Value>;
  /** Runs an action by path. */
  actionFromPath(path: FunctionPath, args: Value): Promise<Value>;
  /** Runs an inline mutation in one component: the only way into a component's tables. */
  runInComponent<Result>(
    componentPath: string,
    handler: (ctx: GenericMutationCtx<GenericDataModel>) => Promise<Result>,
  ): Promise<Result>;
  /** Declared: runs the HTTP action routed at this path. */
  fetch(pathAndQuery: string, init?: RequestInit): Promise<Response>;
  /** Declared: the same runtime as seen by a caller with this address and user agent. */
  withRequestMetadata(metadata: Pick<RequestMetadata, "ip" | "userAgent">): TestRuntime;
}

/** Where a function lives: the mount path of its component, and "folder/module:name" in it. */
export interface FunctionPath {
  componentPath: string;
  udfPath: string;
}

/** What `defineSchema` returns; null for an app or component without tables of its own. */
export type Schema = SchemaDefinition<GenericSchema, boolean> | null;

interface TestRoot extends TestRuntime {
  /** Declared, but for the schema, which may be null (a component with no tables of its own). */
  registerComponent(path: string, schema: Schema, modules: ModuleMap): void;
}

/** The object convex-test installs as `globalThis.Convex`; arguments and results are JSON. */
export interface Syscalls {
  readonly syscall: (op: string, json: string) => string;
  readonly asyncSyscall: (op: string, json: string) => Promise<string>;
  readonly jsSyscall: (op: string, args: Record<string, unknown>) => unknown;
}

/** Where convex-test puts the syscalls, and the recorder its own in front of them. */
export interface SyscallGlobal {
  Convex: Syscalls;
}

/** A registered function as `convex/server` builds it. */
export interface RegisteredFunction {
  isQuery?: true;
  isMutation?: true;
  isAction?: true;
  isPublic?: true;
  isInternal?: true;
  _handler: (ctx: unknown, args: unknown) => unknown;
}

/** A router as `httpRouter()` builds it; convex-test only calls `lookup`. */
export interface Router {
  isRouter: true;
  lookup(path: string, method: string): readonly [RegisteredFunction, ...unknown[]] | null;
}

/** A fresh convex-test with the root component; the others are registered on it. */
export function createTestRuntime(schema: Schema, modules: ModuleMap): TestRoot {
  const options = schema === null ? { modules } : { schema, modules };
  return convexTest(options) as unknown as TestRoot;
}

/** By symbol and not by class: a pushed bundle carries its own copy of the class. */
export function isConvexError(error: unknown): error is { data: Value } {
  return typeof error === "object" && error !== null && Symbol.for("ConvexError") in error;
}
