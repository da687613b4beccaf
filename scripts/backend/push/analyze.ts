import { messageOf, PushError } from "./errors.ts";
import { sortValidator } from "./validators.ts";
import type { AnalyzedFunction, AnalyzedModule } from "./wire.ts";

/** What an evaluated module registers: its functions, HTTP routes and cron jobs. */
export function analyzeModule(path: string, module: Record<string, unknown>): AnalyzedModule {
  return {
    functions: Object.entries(module).flatMap(([name, value]) => {
      const analyzed = analyzeFunction(path, name, value);
      return analyzed === null ? [] : [analyzed];
    }),
    httpRoutes: httpRoutesOf(module.default),
    cronSpecs: cronSpecsOf(module.default),
    sourceMapped: null,
  };
}

/** `query()` and its siblings mark the function they return with these properties. */
interface Registered {
  isQuery?: boolean;
  isMutation?: boolean;
  isAction?: boolean;
  isPublic?: boolean;
  isInternal?: boolean;
  exportArgs?: () => string;
  exportReturns?: () => string;
}

function analyzeFunction(path: string, name: string, value: unknown): AnalyzedFunction | null {
  if (!isRegistered(value)) return null;
  const udfType = kindOf(value);
  if (udfType === null) return null;
  if (value.isPublic && value.isInternal) {
    throw new PushError("InvalidModules", `"${path}:${name}" is both public and internal.`);
  }
  return {
    name,
    pos: null,
    udfType,
    visibility: visibilityOf(value),
    args: exportValidator(`${path}:${name}`, "args", value.exportArgs),
    returns: exportValidator(`${path}:${name}`, "returns", value.exportReturns),
  };
}

function isRegistered(value: unknown): value is Registered {
  return typeof value === "function" || (typeof value === "object" && value !== null);
}

function kindOf(value: Registered): AnalyzedFunction["udfType"] | null {
  const kinds: AnalyzedFunction["udfType"][] = [];
  if (value.isQuery) kinds.push("Query");
  if (value.isMutation) kinds.push("Mutation");
  if (value.isAction) kinds.push("Action");
  // HTTP actions carry none of the marks; something carrying two is not one of Convex's functions.
  return kinds.length === 1 ? (kinds[0] ?? null) : null;
}

function visibilityOf(value: Registered): AnalyzedFunction["visibility"] {
  if (value.isPublic) return { kind: "public" };
  if (value.isInternal) return { kind: "internal" };
  return null;
}

function exportValidator(
  functionPath: string,
  which: "args" | "returns",
  exported: (() => string) | undefined,
): string | null {
  if (typeof exported !== "function") return null;
  try {
    const validator = JSON.parse(exported());
    return JSON.stringify(validator === null ? null : sortValidator(validator));
  } catch (error) {
    throw new PushError(
      "InvalidModules",
      `"${functionPath}" has an invalid \`${which}\` validator: ${messageOf(error)}`,
    );
  }
}

interface Router {
  isRouter: true;
  getRoutes: () => [path: string, method: string, handler: unknown][];
}

function httpRoutesOf(value: unknown): AnalyzedModule["httpRoutes"] {
  if (!isRouter(value)) return null;
  return value.getRoutes().map(([path, method]) => ({ route: { path, method }, pos: null }));
}

function isRouter(value: unknown): value is Router {
  return typeof value === "object" && value !== null && "isRouter" in value;
}

interface Crons {
  isCrons: true;
  export: () => string;
}

function cronSpecsOf(value: unknown): AnalyzedModule["cronSpecs"] {
  return isCrons(value) ? Object.entries(JSON.parse(value.export())) : null;
}

function isCrons(value: unknown): value is Crons {
  return typeof value === "object" && value !== null && "isCrons" in value;
}
