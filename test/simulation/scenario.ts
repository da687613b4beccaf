import { makeFunctionReference, type GenericSchema, type SchemaDefinition } from "convex/server";
import type { TestConvex } from "convex-test";
import type { LoadedApp, LoadedComponent, ModuleMap } from "../../scripts/backend/app.ts";
import type { FaultRates } from "./faults.ts";
import type { Simulation } from "./simulation.ts";
import type { Timing } from "./transactions.ts";

/** One way to use a component, what may go wrong meanwhile, and what must hold all the same. */
export interface Scenario {
  /** For the command line: the component, a slash, and the case: "rate-limiter/token-bucket". */
  name: string;
  app: LoadedApp;
  /** Changes to the usual storm of faults. @default none; see `STORM` */
  faults?: Partial<FaultRates>;
  /** How long things take. @default see `Timing`; jobs are up to 30 s late */
  timing?: Partial<Timing & { maxJobDelayMs: number }>;
  /** Jobs that a run does not wait for, such as a daily clean-up. @default none */
  isBackground?: (job: { component: string; name: string }) => boolean;
  /**
   * Errors that clients may get; any other fails the run. Conflicts that outlast the retries and
   * errors that `mayThrow` injected are always allowed. @default no other
   */
  mayFail?: (error: unknown) => boolean;
  /** Set when the component is known to fail: the violation that has to be found. @default null */
  finds?: RegExp;
  /**
   * Starts the clients, and says what must hold when nothing happens any more. Everything that
   * belongs to one run lives in here, because runs share the scenario.
   */
  start(simulation: Simulation): () => Promise<void> | void;
}

type Schema = SchemaDefinition<GenericSchema, boolean>;

/** The components that a package's `./test` registers. */
export function componentsOf(register: (t: TestConvex<Schema>) => void): LoadedComponent[] {
  const components: LoadedComponent[] = [];
  const registry: Pick<TestConvex<Schema>, "registerComponent"> = {
    registerComponent: (path, schema, modules) => {
      components.push({ path, schema: schema as unknown as Schema, modules: modules as ModuleMap });
    },
  };
  register(registry as TestConvex<Schema>);
  return components;
}

/** References to the functions of an app that `defineApp` made. */
export const app = {
  query: (name: string) => makeFunctionReference<"query">(`app:${name}`),
  mutation: (name: string) => makeFunctionReference<"mutation">(`app:${name}`),
  action: (name: string) => makeFunctionReference<"action">(`app:${name}`),
};

/** An app made of functions that are written in the scenario; `app` refers to them by name. */
export function defineApp(parts: {
  functions: Record<string, unknown>;
  schema?: Schema;
  components?: LoadedComponent[];
}): LoadedApp {
  const modules = { "./app.ts": () => Promise.resolve(parts.functions) };
  return {
    root: { path: "", schema: parts.schema ?? null, modules },
    components: parts.components ?? [],
  };
}
