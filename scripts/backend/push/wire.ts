/**
 * The push protocol between the `convex` CLI and a deployment, as far as this backend speaks it.
 * The shapes mirror `node_modules/convex/src/cli/lib/deployApi`.
 */

/** One bundled source file. */
export interface ModuleSource {
  path: string;
  source: string;
  sourceMap?: string;
  environment: "isolate" | "node";
}

export interface AppDefinition {
  definition: ModuleSource | null;
  dependencies: string[];
  schema: ModuleSource | null;
  changedModules: ModuleSource[];
}

export interface ComponentDefinition {
  /** Where the component lives, relative to the app's functions folder: its identity. */
  definitionPath: string;
  definition: ModuleSource;
  dependencies: string[];
  schema: ModuleSource | null;
  functions: ModuleSource[];
}

export interface StartPushRequest {
  dryRun: boolean;
  appDefinition: AppDefinition & { udfServerVersion: string };
  componentDefinitions: (ComponentDefinition & { udfServerVersion: string })[];
}

export interface AnalyzedFunction {
  name: string;
  pos: null;
  udfType: "Query" | "Mutation" | "Action";
  visibility: { kind: "public" | "internal" } | null;
  /** JSON of the validator, object fields sorted. */
  args: string | null;
  returns: string | null;
}

export interface AnalyzedModule {
  functions: AnalyzedFunction[];
  httpRoutes: { route: { path: string; method: string }; pos: null }[] | null;
  cronSpecs: [string, unknown][] | null;
  sourceMapped: null;
}

/** Function references by path, as the backend's file-based routing exposes them to parents. */
export interface ExportBranch {
  type: "branch";
  branch: [string, ExportNode][];
}
export type ExportNode = ExportBranch | { type: "leaf"; leaf: string };

/** What `convex.config.ts` exports for analysis, plus its path. */
export interface DefinitionMetadata {
  path: string;
  definitionType: { type: "app" } | { type: "childComponent"; name: string };
  childComponents: { name: string; path: string; env: [string, unknown][] | null }[];
  httpMounts: Record<string, string>;
  exports: ExportBranch;
  envVars?: [string, unknown][];
}

export interface EvaluatedDefinition {
  definition: DefinitionMetadata;
  schema: unknown;
  functions: Record<string, AnalyzedModule>;
  udfConfig: {
    serverVersion: string;
    importPhaseRngSeed: null;
    importPhaseUnixTimestamp: null;
  };
}

/** One mount of a definition; the app is the mount at "". */
export interface MountedComponent {
  definitionPath: string;
  componentPath: string;
  args: Record<string, never>;
  childComponents: Record<string, MountedComponent>;
  httpRoutes: { httpModuleRoutes: null; mounts: string[] };
  exports: Record<string, never>;
}

export interface SchemaChange {
  allocatedComponentIds: Record<string, never>;
  schemaIds: Record<string, never>;
}

export interface StartPushResponse {
  /** Ours: the CLI hands the whole response back to finish_push, which looks the push up by it. */
  pushId: string;
  environmentVariables: Record<string, string>;
  externalDepsId: null;
  componentDefinitionPackages: Record<string, never>;
  appAuth: never[];
  analysis: Record<string, EvaluatedDefinition>;
  app: MountedComponent;
  schemaChange: SchemaChange;
}
