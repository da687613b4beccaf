import { posix } from "node:path";
import type { Tarball } from "./tarballs.ts";

const SPECIFIER = /\b(?:from|import)\s*\(?\s*["']([^"'\s]+)["']/g;
const CODE = /\.(js|ts|tsx)$/;

/** What one packed file imports. */
interface Import {
  path: string;
  specifier: string;
}

function importsOf(tarball: Tarball): Import[] {
  return tarball.paths
    .filter((path) => CODE.test(path))
    .flatMap((path) =>
      [...tarball.read(path).matchAll(SPECIFIER)].map(([, specifier = ""]) => ({
        path,
        specifier,
      })),
    );
}

/** Relative imports that no file of the package answers, or that Node cannot resolve. */
export function brokenRelativeImports(tarball: Tarball): Import[] {
  return importsOf(tarball)
    .filter(({ specifier }) => specifier.startsWith("."))
    .filter(({ path, specifier }) => !resolves(tarball, path, specifier));
}

function resolves({ paths }: Tarball, path: string, specifier: string): boolean {
  if (!specifier.endsWith(".js")) return false;
  const target = posix.join(posix.dirname(path), specifier);
  const asSource = [target.replace(/js$/, "ts"), target.replace(/js$/, "tsx")];
  // A declaration imports the .js that stands beside the .d.ts it means.
  const candidates = path.startsWith("src/") ? asSource : [target];
  return candidates.some((candidate) => paths.includes(candidate));
}

/** Packages that a file imports and that installing the package does not bring. */
export function undeclaredPackages(tarball: Tarball): Import[] {
  const declared = Object.keys(tarball.manifest.peerDependencies ?? {});
  return importsOf(tarball)
    .filter(({ specifier }) => !specifier.startsWith("."))
    .filter(({ path, specifier }) => {
      const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
      // Who calls the register helper has convex-test: it is what they pass in.
      return !declared.includes(name) && !(path === "src/test.ts" && name === "convex-test");
    });
}

/** Sources that a source map names and that the package lacks. */
export function missingSources(tarball: Tarball): Import[] {
  return tarball.paths
    .filter((path) => path.endsWith(".map"))
    .flatMap((path) => {
      const { sources } = JSON.parse(tarball.read(path)) as { sources: string[] };
      return sources.map((specifier) => ({ path, specifier }));
    })
    .filter(
      ({ path, specifier }) => !tarball.paths.includes(posix.join(posix.dirname(path), specifier)),
    );
}
