import type { LoadedComponent, ModuleMap } from "../../app.ts";
import type { RegisteredFunction, Router } from "../convexTestRuntime.ts";
import { currentCall } from "./functionCall.ts";
import { functionConsole } from "./functionConsole.ts";
import { isFunction, modulesByName } from "./functionDirectory.ts";
import { outside } from "../outside.ts";
import { currentRecording, record } from "../recorder/recorder.ts";
import type { DocumentWrite } from "../recorder/recording.ts";

/**
 * The component's modules with every function wrapped: its console is ours, and a mutation that no
 * entry point of the backend started (an action or an HTTP action called it) reports its writes.
 */
export function wrapModules(
  component: LoadedComponent,
  onCommit: (writes: DocumentWrite[]) => void,
): ModuleMap {
  const wrapped = [...modulesByName(component)].map(([name, load]) => [
    `./${name}.js`,
    lazily(async () => wrapModule(await outside(load), onCommit)),
  ]);
  // convex-test finds the root of the modules by this folder, and refuses a map without it.
  return Object.assign(Object.fromEntries(wrapped), {
    "./_generated/api.js": () => Promise.resolve({}),
  }) as ModuleMap;
}

/** Once: convex-test loads a module for every call. */
function lazily<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | null = null;
  return () => (loaded ??= load());
}

function wrapModule(
  module: Record<string, unknown>,
  onCommit: (writes: DocumentWrite[]) => void,
): Record<string, unknown> {
  const entries = Object.entries(module).map(([name, exported]): [string, unknown] => {
    if (isRouter(exported)) return [name, wrapRouter(exported)];
    if (!isFunction(exported)) return [name, exported];
    return [name, withHandler(exported, wrapHandler(exported, onCommit))];
  });
  return Object.fromEntries(entries);
}

type Handler = RegisteredFunction["_handler"];

function wrapHandler(fn: RegisteredFunction, onCommit: (writes: DocumentWrite[]) => void): Handler {
  const handler = withConsole(fn._handler);
  if (fn.isMutation !== true) return handler;
  return async (ctx, args) => {
    if (currentRecording() !== null) return handler(ctx, args);
    const recorded = await record(async () => handler(ctx, args));
    if (!recorded.ok) throw recorded.error;
    // The commit follows in microtasks, so it is done by the next macrotask.
    setImmediate(() => onCommit(recorded.recording.writes));
    return recorded.value;
  };
}

/** convex-test keeps what a handler assigns to some globals for that handler alone. */
function withConsole(handler: Handler): Handler {
  return (ctx, args) => {
    globalThis.console = functionConsole;
    const call = currentCall.getStore();
    if (call !== undefined) call.hasStarted = true;
    return handler(ctx, args);
  };
}

function withHandler(fn: RegisteredFunction, handler: Handler): RegisteredFunction {
  return new Proxy(fn, {
    get: (target, key) => (key === "_handler" ? handler : (Reflect.get(target, key) as unknown)),
  });
}

function isRouter(exported: unknown): exported is Router {
  return typeof exported === "object" && exported !== null && "isRouter" in exported;
}

function wrapRouter(router: Router): Router {
  return {
    isRouter: true,
    lookup: (path, method) => {
      const found = router.lookup(path, method);
      if (found === null) return null;
      const [fn, ...rest] = found;
      return [withHandler(fn, withConsole(fn._handler)), ...rest];
    },
  };
}
