import type { LoadedApp, LoadedComponent, ModuleMap } from "../../scripts/backend/app.ts";
import {
  createTestRuntime,
  type FunctionPath,
  type RegisteredFunction,
  type TestRuntime,
} from "../../scripts/backend/engine/convexTestRuntime.ts";
import { installRecorder } from "../../scripts/backend/engine/recorder/recorder.ts";
import { enforceRules, isFunction, wrapModule } from "./rules/enforce.ts";

/** Gives an action its context: its calls are transactions of their own, with faults in between. */
export type WrapActionCtx = (ctx: unknown, component: string) => unknown;

interface Wrapped {
  modules: ModuleMap;
  functions: Map<string, RegisteredFunction>;
}

/** An app on a fresh, empty convex-test. */
export interface Mounted {
  runtime: TestRuntime;
  findFunction(path: FunctionPath): RegisteredFunction | undefined;
}

/** Loading takes real time, which a run must not: modules are loaded once, before the first run. */
const loaded = new WeakMap<LoadedApp, Promise<Map<LoadedComponent, Wrapped>>>();

/** What globs of packages bring along, and a backend would never load. */
const NO_FUNCTIONS = /_generated\/|\.(config|test|helpers|d)\./;

let wrapActionCtx: WrapActionCtx = (ctx) => ctx;

/** The modules are shared by all runs, so the running simulation tells them what it wants. */
export function setActionCtx(wrap: WrapActionCtx): void {
  wrapActionCtx = wrap;
}

export async function mount(app: LoadedApp): Promise<Mounted> {
  const all = [app.root, ...app.components];
  if (!loaded.has(app)) loaded.set(app, load(all));
  const wrapped = (await loaded.get(app)) ?? new Map<LoadedComponent, Wrapped>();
  const modulesOf = (component: LoadedComponent) => wrapped.get(component)?.modules ?? {};
  const root = createTestRuntime(app.root.schema, modulesOf(app.root));
  for (const component of app.components) {
    root.registerComponent(component.path, component.schema, modulesOf(component));
  }
  installRecorder();
  const byPath = new Map(all.map((each) => [each.path, wrapped.get(each)?.functions]));
  return {
    runtime: root,
    findFunction: ({ componentPath, udfPath }) =>
      byPath.get(componentPath)?.get(udfPath.includes(":") ? udfPath : `${udfPath}:default`),
  };
}

async function load(components: LoadedComponent[]): Promise<Map<LoadedComponent, Wrapped>> {
  const entries = components.map(async (each) => [each, await wrap(each)] as const);
  return new Map(await Promise.all(entries));
}

async function wrap(component: LoadedComponent): Promise<Wrapped> {
  const paths = Object.keys(component.modules);
  const root = commonFolder(paths.find((path) => path.includes("_generated/")));
  const functions = new Map<string, RegisteredFunction>();
  // convex-test finds the root of the modules by this folder, and refuses a map without it.
  const modules: ModuleMap = { [`${root}_generated/api.js`]: () => Promise.resolve({}) };
  for (const path of paths.filter((each) => !NO_FUNCTIONS.test(each))) {
    const module = await component.modules[path]?.();
    const wrapped = wrapModule(module ?? {}, (fn) => wrapHandler(fn, component));
    modules[path] = () => Promise.resolve(wrapped);
    const name = path.slice(root.length).replace(/\.[^.]+$/, "");
    for (const [key, exported] of Object.entries(wrapped)) {
      if (isFunction(exported)) functions.set(`${name}:${key}`, exported);
    }
  }
  return { modules, functions };
}

function commonFolder(generated = "./_generated/api.js"): string {
  return generated.slice(0, generated.indexOf("_generated/"));
}

function wrapHandler(fn: RegisteredFunction, { path, schema }: LoadedComponent) {
  const handler = enforceRules(fn, schema);
  if (fn.isAction !== true) return handler;
  return (ctx: unknown, args: unknown) => handler(wrapActionCtx(ctx, path), args);
}
