import type { LoadedApp, LoadedComponent, ModuleMap } from "../../app.ts";
import type { FunctionPath, RegisteredFunction } from "../convexTestRuntime.ts";
import type { FunctionKind } from "./functionCall.ts";
import { RefusedCall } from "./functionErrors.ts";

/** A function that exists, with the path convex-test runs it by. */
export interface FoundFunction {
  path: FunctionPath;
  kind: FunctionKind;
}

/** Finds functions by the paths clients send and turns down calls the backend would turn down. */
export class FunctionDirectory {
  readonly #components: Map<string, Map<string, ModuleMap[string]>>;

  constructor({ root, components }: LoadedApp) {
    this.#components = new Map(
      [root, ...components].map((each) => [each.path, modulesByName(each)]),
    );
  }

  /** True when the app has HTTP actions. */
  get hasRouter(): boolean {
    return this.#components.get("")?.has("http") ?? false;
  }

  /** A public function of the app, of the kind the caller asked for. */
  async findPublic(
    udfPath: string,
    kind: FunctionKind,
    componentPath = "",
  ): Promise<FoundFunction> {
    const [found, fn] = await this.#lookUp(udfPath, componentPath);
    if (found === null || componentPath !== "" || fn.isPublic !== true) {
      const where = componentPath === "" ? "" : ` in component '${componentPath}'`;
      throw new RefusedCall(
        `Could not find public function for '${displayPath(udfPath)}'${where}. ` +
          "Did you forget to run `npx convex dev` or `npx convex deploy`?",
      );
    }
    if (found.kind !== kind) {
      const [module, name] = splitPath(udfPath);
      throw new RefusedCall(
        `Trying to execute ${module}.js:${name} as ${capitalized(kind)}, ` +
          `but it is defined as ${capitalized(found.kind)}.`,
      );
    }
    return found;
  }

  /** Any function of any component, as an administrator or the scheduler calls it. */
  async findAny(udfPath: string, componentPath: string): Promise<FoundFunction> {
    if (!this.#components.has(componentPath)) {
      const mounted = [...this.#components.keys()].filter((path) => path !== "").join(", ");
      throw new RefusedCall(
        `There is no component at '${componentPath}'. Mounted components: ${mounted || "none"}.`,
      );
    }
    const [found] = await this.#lookUp(udfPath, componentPath);
    if (found !== null) return found;
    const where = componentPath === "" ? "the app" : `component '${componentPath}'`;
    throw new RefusedCall(`Could not find function for '${displayPath(udfPath)}' in ${where}.`);
  }

  async #lookUp(
    udfPath: string,
    componentPath: string,
  ): Promise<[FoundFunction, RegisteredFunction] | [null, null]> {
    const [moduleName, name] = splitPath(udfPath);
    const load = this.#components.get(componentPath)?.get(moduleName);
    const exported: unknown = (await load?.())?.[name];
    if (!isFunction(exported)) return [null, null];
    const kind = kindOf(exported);
    if (kind === null) return [null, null];
    return [{ path: { componentPath, udfPath: `${moduleName}:${name}` }, kind }, exported];
  }
}

/** Module names as functions refer to them ("folder/module"), whatever the bundler called the files. */
export function modulesByName({ modules }: LoadedComponent): Map<string, ModuleMap[string]> {
  const generated = Object.keys(modules).find((file) => file.includes("_generated/"));
  const root = generated?.slice(0, generated.indexOf("_generated/")) ?? "";
  return new Map(
    Object.entries(modules).map(([file, load]) => {
      const relative = file.startsWith(root) ? file.slice(root.length) : file;
      return [relative.replace(/^\.\//, "").replace(/\.[^.]+$/, ""), load];
    }),
  );
}

/** Null for an HTTP action, which is called by its route and not by its path. */
export function kindOf(fn: RegisteredFunction): FunctionKind | null {
  if (fn.isQuery === true) return "query";
  if (fn.isMutation === true) return "mutation";
  return fn.isAction === true ? "action" : null;
}

/** Modules also export constants, helpers and types of their own. */
export function isFunction(exported: unknown): exported is RegisteredFunction {
  return (
    (typeof exported === "function" || (typeof exported === "object" && exported !== null)) &&
    "_handler" in exported &&
    typeof exported._handler === "function"
  );
}

/** "folder/module.js:name", "folder/module:name", or "folder/module" for its default export. */
function splitPath(udfPath: string): [module: string, name: string] {
  const [module = "", name = "default"] = udfPath.split(":");
  return [module.replace(/\.js$/, ""), name];
}

/** As it appears in messages: a default export is called by its module alone. */
export function displayPath(udfPath: string): string {
  const [module, name] = splitPath(udfPath);
  return name === "default" ? module : `${module}:${name}`;
}

function capitalized(kind: FunctionKind): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1);
}
