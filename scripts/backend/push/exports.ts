import { PushError } from "./errors.ts";
import { compareNames } from "./validators.ts";
import type { AnalyzedModule, ExportBranch, ExportNode } from "./wire.ts";

/**
 * A component offers its public functions to its parent under their file paths:
 * `limits.js:check` becomes `limits.check`. Internal functions stay out.
 */
export function fileBasedExports(modules: Record<string, AnalyzedModule>): ExportBranch {
  const root: Folder = new Map();
  for (const [modulePath, module] of Object.entries(modules)) {
    for (const { name, visibility } of module.functions) {
      if (visibility?.kind !== "public") continue;
      const names = modulePath.replace(/\.js$/, "").split("/");
      const folder = openFolder(root, names);
      if (folder.has(name)) throw pathTakenTwice([...names, name]);
      folder.set(name, `_reference/function/${modulePath}:${name}`);
    }
  }
  return toBranch(root);
}

type Folder = Map<string, Folder | string>;

function openFolder(root: Folder, names: string[]): Folder {
  let folder = root;
  for (const name of names) {
    const next = folder.get(name) ?? new Map<string, never>();
    // A function `b` of `a.js` and the file `a/b.js` would claim the same path.
    if (typeof next === "string") throw pathTakenTwice(names);
    folder.set(name, next);
    folder = next;
  }
  return folder;
}

function pathTakenTwice(names: string[]): PushError {
  return new PushError(
    "InvalidModules",
    `A function and a file both want to be called "${names.join(".")}": rename one of them.`,
  );
}

function toBranch(folder: Folder): ExportBranch {
  return {
    type: "branch",
    branch: [...folder]
      .sort(([left], [right]) => compareNames(left, right))
      .map(([name, node]): [string, ExportNode] => [
        name,
        typeof node === "string" ? { type: "leaf", leaf: node } : toBranch(node),
      ]),
  };
}
