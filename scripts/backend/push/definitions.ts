import { messageOf, PushError } from "./errors.ts";
import { importSources, type SourceFile } from "./sources.ts";
import { compareNames } from "./validators.ts";
import type { DefinitionMetadata, ModuleSource, StartPushRequest } from "./wire.ts";

/** How a definition is called in messages. */
export function describeDefinition(definitionPath: string): string {
  return definitionPath === ""
    ? "the app"
    : `component ${definitionPath.replace(/^(\.\.\/)+/, "")}`;
}

/** Evaluates every `convex.config.ts` of a push, children before the parents that mount them. */
export async function evaluateDefinitions(
  request: StartPushRequest,
): Promise<Map<string, DefinitionMetadata>> {
  const pending = new Map<string, PendingDefinition>([["", request.appDefinition]]);
  for (const component of request.componentDefinitions) {
    pending.set(component.definitionPath, component);
  }
  const evaluated = new Map<string, DefinitionMetadata>();
  for (const path of [...pending.keys()].sort(compareNames)) {
    await evaluateWithDependencies({ path, importers: [], pending, evaluated });
  }
  return evaluated;
}

interface PendingDefinition {
  definition: ModuleSource | null;
  dependencies: string[];
}

interface Visit {
  path: string;
  /** The chain of definitions being evaluated that led here. */
  importers: string[];
  pending: Map<string, PendingDefinition>;
  evaluated: Map<string, DefinitionMetadata>;
}

async function evaluateWithDependencies(visit: Visit): Promise<void> {
  const { path, importers, pending, evaluated } = visit;
  if (evaluated.has(path)) return;
  if (importers.includes(path)) {
    throw new PushError(
      "InvalidDefinition",
      `Components mount each other: ${importers.join(" -> ")}`,
    );
  }
  const definition = pending.get(path);
  if (definition === undefined) {
    throw new PushError(
      "InvalidDefinition",
      `Unknown component ${path}: the push does not contain its convex.config.ts.`,
    );
  }
  for (const dependency of definition.dependencies) {
    await evaluateWithDependencies({ ...visit, path: dependency, importers: [...importers, path] });
  }
  evaluated.set(path, await evaluateDefinition(path, definition, evaluated));
}

const APP_WITHOUT_CONFIG: DefinitionMetadata = {
  path: "",
  definitionType: { type: "app" },
  childComponents: [],
  httpMounts: {},
  exports: { type: "branch", branch: [] },
};

async function evaluateDefinition(
  path: string,
  { definition, dependencies }: PendingDefinition,
  evaluated: Map<string, DefinitionMetadata>,
): Promise<DefinitionMetadata> {
  if (definition === null) return APP_WITHOUT_CONFIG;
  const owner = describeDefinition(path);
  const config: SourceFile = { ...definition, path: "convex.config.js" };
  const stubs = dependencies.map((dependency) => dependencyStub(dependency, evaluated));
  const modules = await importSources([...stubs, config], { owner, code: "InvalidDefinition" });
  const metadata = { ...exportDefinition(modules.get(config.path)?.default, owner), path };
  assertDistinctNames(metadata, owner);
  return metadata;
}

/** The CLI rewrites imports of other definitions to this path; the backend provides the module. */
function dependencyStub(path: string, evaluated: Map<string, DefinitionMetadata>): SourceFile {
  const definitionType = evaluated.get(path)?.definitionType;
  const defaultName = definitionType?.type === "childComponent" ? definitionType.name : undefined;
  return {
    path: `_componentDeps/${Buffer.from(path).toString("base64url")}`,
    source: `export default ${JSON.stringify({ componentDefinitionPath: path, defaultName })};`,
  };
}

interface ExportableDefinition {
  export: () => Omit<DefinitionMetadata, "path">;
}

function exportDefinition(value: unknown, owner: string): Omit<DefinitionMetadata, "path"> {
  if (!isExportable(value)) {
    throw new PushError(
      "InvalidDefinition",
      `convex.config.ts of ${owner} must export \`defineApp()\` or \`defineComponent()\` as default.`,
    );
  }
  try {
    return value.export();
  } catch (error) {
    throw new PushError("InvalidDefinition", `convex.config.ts of ${owner}: ${messageOf(error)}`);
  }
}

function isExportable(value: unknown): value is ExportableDefinition {
  return typeof value === "object" && value !== null && "export" in value;
}

function assertDistinctNames({ childComponents }: DefinitionMetadata, owner: string): void {
  const names = childComponents.map((child) => child.name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated === undefined) return;
  throw new PushError(
    "InvalidDefinition",
    `convex.config.ts of ${owner} mounts two components as "${repeated}": ` +
      `give one another name, app.use(component, { name: "..." }).`,
  );
}
