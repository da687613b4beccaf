import type { GenericSchema, SchemaDefinition } from "convex/server";

/** What a bundler calls a glob: module paths relative to the functions folder, loaded on demand. */
export type ModuleMap = Record<string, () => Promise<Record<string, unknown>>>;

/** One mounted component (or the app itself, at path ""), evaluated and ready to run. */
export interface LoadedComponent {
  /** Mount path: "" for the app, "rateLimiter" or "agent/workpool" for components. */
  path: string;
  schema: SchemaDefinition<GenericSchema, boolean> | null;
  modules: ModuleMap;
}

/** An app as the CLI pushed it: the root component and every mounted one, parents first. */
export interface LoadedApp {
  root: LoadedComponent;
  components: LoadedComponent[];
}
