import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const REPOSITORY = resolve(import.meta.dirname, "..");

export interface Manifest {
  name: string;
  version: string;
  scripts?: Record<string, string>;
  exports?: Record<string, string | Record<string, string>>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  config?: { scope: string; repository: string };
}

/** One package below components/, in the spellings that its files use. */
export interface Component {
  /** `rate-limiter`: the folder and the end of the package name. */
  folder: string;
  /** `rateLimiter`: its mount name, its main module, its module in the example. */
  camelName: string;
  /** `RateLimiter`: its class, its error types. */
  pascalName: string;
  /** Absolute. */
  root: string;
  manifest: Manifest;
  hasReact: boolean;
}

export function readManifest(root: string): Manifest {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
}

function component(folder: string): Component {
  const root = join(REPOSITORY, "components", folder);
  const pascalName = folder
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
  return {
    folder,
    camelName: pascalName.charAt(0).toLowerCase() + pascalName.slice(1),
    pascalName,
    root,
    manifest: readManifest(root),
    hasReact: existsSync(join(root, "src/react")),
  };
}

/** Every component of the workspace, by folder name. */
export const components: Component[] = readdirSync(join(REPOSITORY, "components"))
  .filter((folder) => existsSync(join(REPOSITORY, "components", folder, "package.json")))
  .sort()
  .map(component);
