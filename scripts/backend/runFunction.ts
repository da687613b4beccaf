import type { LoadedApp } from "./app.ts";
import type { Engine, FunctionResponse } from "./engine/engine.ts";
import { analyzeModule } from "./push/analyze.ts";
import type { FunctionCall } from "./push/parse.ts";

/** Runs any function of the app or of a component, internal ones too, as `convex run` asks for. */
export async function runFunction(
  app: LoadedApp,
  engine: Engine,
  { path, args, componentPath }: FunctionCall,
): Promise<FunctionResponse> {
  const result = await engine.runFunction(path, args, { componentPath });
  if (result.status === "success" || !result.errorMessage.startsWith(COULD_NOT_FIND)) return result;
  const known = await listFunctions(app, componentPath);
  return {
    ...result,
    errorMessage: `There is no function "${path}". There are: ${known.join(", ") || "none"}.`,
  };
}

/**
 * To this beginning of a message the CLI reacts by asking the deployment's system functions for a
 * list, and waits for the answer for ever. There are no system functions here.
 */
const COULD_NOT_FIND = "Could not find function";

async function listFunctions(app: LoadedApp, componentPath: string): Promise<string[]> {
  const component = [app.root, ...app.components].find(({ path }) => path === componentPath);
  const names: string[] = [];
  for (const [file, load] of Object.entries(component?.modules ?? {})) {
    const module = file.replace(/^\.\/|\.js$/g, "");
    const { functions } = analyzeModule(module, await load());
    names.push(...functions.map(({ name }) => `${module}:${name}`));
  }
  return names;
}
