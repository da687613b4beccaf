import type { LoadedComponent, ModuleMap } from "../../../scripts/backend/app.ts";
import { componentsOf } from "../../simulation/scenario.ts";
import type { Mountable } from "./bench.ts";

/**
 * What mounting puts where, with every module already loaded: a module that is loaded during the
 * first call would be part of its time, and Vite's loader needs timers, which convex-test forbids
 * inside of functions.
 */
export async function loadComponents(mount: (t: Mountable) => void): Promise<LoadedComponent[]> {
  return Promise.all(
    componentsOf(mount).map(async (component) => ({
      ...component,
      modules: await loadModules(component.modules),
    })),
  );
}

async function loadModules(modules: ModuleMap): Promise<ModuleMap> {
  // Names with two dots are not functions: tests, helpers, convex.config.
  const paths = Object.keys(modules).filter((path) => !/\.\w+\.\w+$/.test(path));
  const loaded = paths.map(async (path) => {
    const module = (await modules[path]?.()) ?? {};
    return [path, () => Promise.resolve(module)] as const;
  });
  return Object.fromEntries(await Promise.all(loaded));
}
