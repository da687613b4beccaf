import { makeFunctionReference, type FunctionReference } from "convex/server";
import type { LoadedApp } from "../../app.ts";
import { testApp } from "./app.ts";

/** The test app with one more module, for functions that only one test needs. */
export function appWith(functions: Record<string, unknown>): LoadedApp {
  const modules = { ...testApp.root.modules, "extra.js": () => Promise.resolve(functions) };
  return { ...testApp, root: { ...testApp.root, modules } };
}

export function extra(name: string): FunctionReference<"mutation"> {
  return makeFunctionReference<"mutation">(`extra:${name}`);
}
