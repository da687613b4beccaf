import { existsSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import type { Plugin } from "vite";

/** A package whose own tests are run against ours. */
export interface Redirect {
  /** The `src/` of the installed official package, where its test files are. */
  official: string;
  /** Folders in our repository that stand for it, the first that has the file wins. */
  ours: string[];
}

/**
 * Lets the official package's test files run as they are, against our sources: what a test file
 * imports from its own package is taken from ours. A file that we lack is an error and not theirs,
 * because a test that tested the official package would pass for the wrong reason.
 */
export function redirect({ official, ours }: Redirect): Plugin {
  return {
    name: "redirect-official-tests",
    enforce: "pre",
    resolveId(source, importer) {
      if (importer === undefined || !source.startsWith(".")) return null;
      const from = importer.split("?")[0] ?? importer;
      if (relative(official, from).startsWith("..")) return null;
      const wanted = relative(official, resolve(dirname(from), source));
      const candidates = ours.flatMap((folder) =>
        [".ts", ".tsx"].map((ending) => resolve(folder, wanted.replace(/\.js$/, ending))),
      );
      const found = candidates.find((candidate) => existsSync(candidate));
      if (found === undefined) throw new Error(`no counterpart of ${wanted} in ${ours.join(", ")}`);
      return found;
    },
  };
}
