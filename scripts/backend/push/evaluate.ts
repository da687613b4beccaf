import type { LoadedApp, LoadedComponent, ModuleMap } from "../app.ts";
import { analyzeModule } from "./analyze.ts";
import { describeDefinition, evaluateDefinitions } from "./definitions.ts";
import { PushError } from "./errors.ts";
import { fileBasedExports } from "./exports.ts";
import { mountTree, mountsBelow } from "./mounts.ts";
import { loadSchema } from "./schema.ts";
import { importSources, type ModuleNamespace } from "./sources.ts";
import { compareNames } from "./validators.ts";
import type {
  AnalyzedModule,
  DefinitionMetadata,
  EvaluatedDefinition,
  ModuleSource,
  MountedComponent,
  StartPushRequest,
  StartPushResponse,
} from "./wire.ts";

/** A push that was evaluated without error: what the CLI wants to know, and what can be served. */
export interface EvaluatedPush {
  response: Omit<StartPushResponse, "pushId">;
  app: LoadedApp;
}

/**
 * Loads everything a push contains and analyzes it. Throws a PushError naming the definition,
 * module or function at fault; nothing outside the returned values changes.
 */
export async function evaluatePush(request: StartPushRequest): Promise<EvaluatedPush> {
  const definitions = await evaluateDefinitions(request);
  const loaded = new Map<string, LoadedDefinition>();
  for (const implementation of implementationsOf(request)) {
    const metadata = definitions.get(implementation.definitionPath);
    if (metadata === undefined) throw new Error("invariant: every definition was evaluated");
    loaded.set(implementation.definitionPath, await loadDefinition(implementation, metadata));
  }
  const app = mountTree(definitions);
  return {
    response: {
      environmentVariables: {},
      externalDepsId: null,
      componentDefinitionPackages: {},
      appAuth: [],
      analysis: Object.fromEntries([...loaded].map(([path, { analysis }]) => [path, analysis])),
      app,
      schemaChange: { allocatedComponentIds: {}, schemaIds: {} },
    },
    app: {
      root: toLoadedComponent(app, loaded),
      components: mountsBelow(app).map((mount) => toLoadedComponent(mount, loaded)),
    },
  };
}

/** The schema and function modules of one definition. */
interface Implementation {
  definitionPath: string;
  schema: ModuleSource | null;
  modules: ModuleSource[];
  udfServerVersion: string;
}

function implementationsOf({
  appDefinition,
  componentDefinitions,
}: StartPushRequest): Implementation[] {
  return [
    ...componentDefinitions.map((component) => ({ ...component, modules: component.functions })),
    { ...appDefinition, definitionPath: "", modules: appDefinition.changedModules },
  ];
}

interface LoadedDefinition {
  analysis: EvaluatedDefinition;
  schema: LoadedComponent["schema"];
  modules: ModuleMap;
}

async function loadDefinition(
  { definitionPath, schema, modules, udfServerVersion }: Implementation,
  metadata: DefinitionMetadata,
): Promise<LoadedDefinition> {
  const owner = describeDefinition(definitionPath);
  modules.forEach(assertModulePath);
  const loadedSchema = schema === null ? null : await loadSchema(schema, owner);
  const namespaces = await importSources(modules, { owner, code: "InvalidModules" });
  const entries = [...namespaces]
    .filter(([path]) => isFunctionModule(path))
    .sort(([left], [right]) => compareNames(left, right));
  const functions = Object.fromEntries(
    entries.map(([path, namespace]) => [path, analyzeModule(path, namespace)]),
  );
  return {
    analysis: {
      definition: { ...metadata, exports: exportsOf(definitionPath, functions) },
      schema: loadedSchema?.exported ?? null,
      functions,
      udfConfig: {
        serverVersion: udfServerVersion,
        importPhaseRngSeed: null,
        importPhaseUnixTimestamp: null,
      },
    },
    schema: loadedSchema?.schema ?? null,
    modules: toModuleMap(entries),
  };
}

/** Paths become parts of function names, so a deployment takes no other characters. */
function assertModulePath({ path }: ModuleSource): void {
  const wrong = path.split("/").find((part) => !/^[A-Za-z0-9_.]+$/.test(part));
  if (wrong === undefined) return;
  throw new PushError(
    "InvalidModules",
    `${path} is not a valid path to a Convex module: "${wrong}" may only contain ` +
      "alphanumeric characters, underscores and periods.",
  );
}

/** Shared chunks and the auth configuration are bundled beside the functions but are none. */
function isFunctionModule(path: string): boolean {
  return !path.startsWith("_deps/") && path !== "auth.config.js";
}

/** Nobody mounts the app, so it offers nothing. */
function exportsOf(
  definitionPath: string,
  functions: Record<string, AnalyzedModule>,
): DefinitionMetadata["exports"] {
  return definitionPath === "" ? { type: "branch", branch: [] } : fileBasedExports(functions);
}

function toModuleMap(entries: [path: string, namespace: ModuleNamespace][]): ModuleMap {
  return {
    // convex-test finds the functions folder by the path of a generated file.
    "./_generated/api.js": () => Promise.resolve({}),
    ...Object.fromEntries(
      entries.map(([path, namespace]) => [`./${path}`, () => Promise.resolve(namespace)]),
    ),
  };
}

/** Mounts of one definition share its modules: only their data is apart. */
function toLoadedComponent(
  { componentPath, definitionPath }: MountedComponent,
  loaded: Map<string, LoadedDefinition>,
): LoadedComponent {
  const definition = loaded.get(definitionPath);
  if (definition === undefined) throw new Error("invariant: every definition was loaded");
  return { path: componentPath, schema: definition.schema, modules: definition.modules };
}
