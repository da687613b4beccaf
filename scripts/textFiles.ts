import { readdirSync } from "node:fs";
import { join } from "node:path";

/** What a build, an install or a test leaves behind: not ours to read or to change. */
const NOT_SOURCE = ["node_modules", "dist", ".git", ".artifacts", "coverage"];

const TEXT = /\.(ts|tsx|js|mjs|json|md|yml|yaml|html|css|sh)$|^run$|^LICENSE$/;

/** Rewritten by every `npm install`. */
const GENERATED = ["package-lock.json"];

/** The text files below a folder, as paths relative to it with forward slashes, sorted. */
export function textFiles(root: string, folder = ""): string[] {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  return entries
    .flatMap((entry) => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return NOT_SOURCE.includes(entry.name) ? [] : textFiles(root, path);
      return entry.isFile() && TEXT.test(entry.name) && !GENERATED.includes(entry.name)
        ? [path]
        : [];
    })
    .sort();
}
