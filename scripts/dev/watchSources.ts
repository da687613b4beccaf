import { existsSync, watch } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** Editors save in several steps, and a branch switch touches many files: wait for quiet. */
const QUIET_MS = 150;

/** Calls back, once, after files that a push contains have changed. Returns the way to stop. */
export async function watchSources(root: string, onChange: () => void): Promise<() => void> {
  let timer: NodeJS.Timeout | undefined;
  const watchers = (await sourceFolders(root)).map((folder) =>
    watch(folder, { recursive: true }, (_event, file) => {
      if (file === null || !isPushed(file)) return;
      clearTimeout(timer);
      timer = setTimeout(onChange, QUIET_MS);
    }),
  );
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

async function sourceFolders(root: string): Promise<string[]> {
  const components = (await readdir(join(root, "components"))).map((name) =>
    join(root, "components", name, "src"),
  );
  return [join(root, "example/convex"), ...components].filter((folder) => existsSync(folder));
}

/** Tests are not pushed, and the push itself writes generated code: that would never end. */
export function isPushed(file: string): boolean {
  return (
    /\.[cm]?[jt]sx?$/.test(file) && !/\.test(-d)?\./.test(file) && !file.includes("_generated")
  );
}
