import { textFiles } from "../../scripts/textFiles.ts";
import type { Component } from "../components.ts";

/** Packed by npm whatever `files` says. */
const ALWAYS = ["LICENSE", "README.md", "package.json"];

const BUILT = [".js", ".js.map", ".d.ts", ".d.ts.map"];

/**
 * Exactly what a tarball holds: every source that is not a test, and what the build makes of it.
 * A stale build, a forgotten `_generated` or a stray fixture all differ from this.
 */
export function expectedPaths({ root }: Component): string[] {
  const sources = textFiles(`${root}/src`).filter((path) => !/\.test(-d)?\./.test(path));
  const built = sources
    .filter((path) => path !== "test.ts")
    .flatMap((path) => BUILT.map((ending) => `dist/${path.replace(/\.tsx?$/, ending)}`));
  return [...ALWAYS, ...sources.map((path) => `src/${path}`), ...built].sort();
}

/** Every file that the exports map points at. */
export function exportTargets(exports: Record<string, string | Record<string, string>>): string[] {
  return Object.values(exports)
    .flatMap((target) => (typeof target === "string" ? [target] : Object.values(target)))
    .map((target) => target.replace(/^\.\//, ""));
}

/** npm runs these on the machine of whoever installs the package. */
export const INSTALL_SCRIPTS = [
  "preinstall",
  "install",
  "postinstall",
  "prepublish",
  "preprepare",
  "prepare",
  "postprepare",
];
