import type { LoadedApp } from "./app.ts";
import type { Engine } from "./engine/engine.ts";

/**
 * Runs the app's default export of `seed.ts`, if it has one. An app that cannot be seeded is still
 * served: the developer sees the reason in the terminal, and the pages without data.
 */
export async function seed(
  app: LoadedApp,
  engine: Engine,
  log: (line: string) => void,
): Promise<void> {
  const module = await app.root.modules["./seed.js"]?.();
  if (module?.default === undefined) return;
  const result = await engine.runFunction("seed:default", {});
  if (result.status === "error") log(`seed failed: ${result.errorMessage}`);
}
