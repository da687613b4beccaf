import type { JSONValue } from "convex/values";
import { PushError } from "./errors.ts";
import type { AppDefinition, ComponentDefinition, ModuleSource, StartPushRequest } from "./wire.ts";

type Json = Record<string, unknown>;

/** The parts of a start_push request we use; whatever has another shape is refused by name. */
export function parseStartPush(value: unknown): StartPushRequest {
  const request = asObject(value, "the request");
  const app = asObject(request.appDefinition, "appDefinition");
  return {
    dryRun: request.dryRun === true,
    appDefinition: {
      ...parseAppDefinition(app),
      udfServerVersion: asString(app.udfServerVersion, "appDefinition.udfServerVersion"),
    },
    componentDefinitions: asArray(request.componentDefinitions, "componentDefinitions").map(
      (item, index) => parseComponentDefinition(item, `componentDefinitions[${index}]`),
    ),
  };
}

/** The push a finish_push request refers to. */
export function parseFinishPush(value: unknown): { pushId: string; dryRun: boolean } {
  const request = asObject(value, "the request");
  const startPush = asObject(request.startPush, "startPush");
  return {
    pushId: asString(startPush.pushId, "startPush.pushId"),
    dryRun: request.dryRun === true,
  };
}

/** A function call as `convex run` makes it; `args` in their JSON encoding. */
export interface FunctionCall {
  path: string;
  args: Record<string, JSONValue>;
  /** "" for the app. */
  componentPath: string;
}

export function parseFunctionCall(value: unknown): FunctionCall {
  const call = asObject(value, "the request");
  const args = Array.isArray(call.args) ? call.args[0] : call.args;
  return {
    path: asString(call.path, "path"),
    // It came out of JSON.parse, so whatever is in it is JSON.
    args: asObject(args ?? {}, "args") as FunctionCall["args"],
    componentPath: asString(call.componentPath ?? "", "componentPath"),
  };
}

function parseAppDefinition(app: Json): AppDefinition {
  const unchanged = asArray(app.unchangedModuleHashes ?? [], "unchangedModuleHashes");
  // We never report hashes, so a CLI that skips modules is talking about another deployment.
  if (unchanged.length > 0) throw malformed("unchangedModuleHashes", "an empty array");
  return {
    definition: parseOptionalModule(app.definition, "appDefinition.definition"),
    dependencies: parseStrings(app.dependencies, "appDefinition.dependencies"),
    schema: parseOptionalModule(app.schema, "appDefinition.schema"),
    changedModules: parseModules(app.changedModules, "appDefinition.changedModules"),
  };
}

function parseComponentDefinition(
  value: unknown,
  where: string,
): ComponentDefinition & { udfServerVersion: string } {
  const component = asObject(value, where);
  return {
    definitionPath: asString(component.definitionPath, `${where}.definitionPath`),
    definition: parseModule(component.definition, `${where}.definition`),
    dependencies: parseStrings(component.dependencies, `${where}.dependencies`),
    schema: parseOptionalModule(component.schema, `${where}.schema`),
    functions: parseModules(component.functions, `${where}.functions`),
    udfServerVersion: asString(component.udfServerVersion, `${where}.udfServerVersion`),
  };
}

function parseModules(value: unknown, where: string): ModuleSource[] {
  return asArray(value, where).map((item, index) => parseModule(item, `${where}[${index}]`));
}

function parseOptionalModule(value: unknown, where: string): ModuleSource | null {
  return value === null || value === undefined ? null : parseModule(value, where);
}

function parseModule(value: unknown, where: string): ModuleSource {
  const module = asObject(value, where);
  const path = asString(module.path, `${where}.path`);
  // Paths become files in a temporary folder: nothing may be written outside it.
  if (path.startsWith("/") || path.split(/[\\/]/).includes("..")) {
    throw malformed(`${where}.path`, "a path inside the functions folder");
  }
  return {
    path,
    source: asString(module.source, `${where}.source`),
    ...(typeof module.sourceMap === "string" ? { sourceMap: module.sourceMap } : {}),
    environment: module.environment === "node" ? "node" : "isolate",
  };
}

function parseStrings(value: unknown, where: string): string[] {
  return asArray(value, where).map((item, index) => asString(item, `${where}[${index}]`));
}

function asObject(value: unknown, where: string): Json {
  if (!isObject(value)) throw malformed(where, "an object");
  return value;
}

function asArray(value: unknown, where: string): unknown[] {
  if (!Array.isArray(value)) throw malformed(where, "an array");
  return value;
}

function asString(value: unknown, where: string): string {
  if (typeof value !== "string") throw malformed(where, "a string");
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function malformed(where: string, expected: string): PushError {
  return new PushError("BadRequest", `Malformed push: ${where} must be ${expected}.`);
}
