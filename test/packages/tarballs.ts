import { mkdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { type Component, readManifest, REPOSITORY, type Manifest } from "../components.ts";
import { run } from "./run.ts";

/** A package as npm will serve it. */
export interface Tarball {
  /** Absolute. */
  file: string;
  /** Where it was unpacked: what a user finds in node_modules. */
  root: string;
  /** Files in it, relative to its root, sorted. */
  paths: string[];
  manifest: Manifest;
  read(path: string): string;
}

/**
 * Builds and packs components, so that nothing built earlier can pass for what would be published.
 *
 * @returns Tarballs by component folder.
 */
export async function packAll(
  components: Component[],
  folder: string,
): Promise<Map<string, Tarball>> {
  await forEachConcurrently(components, ({ root }) => run(root, "npm", ["run", "build"]));
  const roots = components.map(({ root }) => root);
  // Just built; `prepack` would only build again.
  const flags = ["--json", "--ignore-scripts", "--pack-destination", folder];
  const packed = readPacked(await run(REPOSITORY, "npm", ["pack", ...flags, ...roots]));
  const tarballs = new Map<string, Tarball>();
  for (const { folder: name, manifest } of components) {
    const entry = packed.find((candidate) => candidate.name === manifest.name);
    if (!entry) throw new Error(`invariant: npm did not pack ${manifest.name}`);
    tarballs.set(name, await unpack(join(folder, basename(entry.filename))));
  }
  return tarballs;
}

interface Packed {
  name: string;
  filename: string;
}

/** npm 12 answers with an object by package name, npm 11 with an array. */
function readPacked(json: string): Packed[] {
  return Object.values(JSON.parse(json) as Record<string, Packed> | Packed[]);
}

async function unpack(file: string): Promise<Tarball> {
  const folder = file.replace(/\.tgz$/, "");
  mkdirSync(folder);
  await run(folder, "tar", ["-xzf", file]);
  const root = join(folder, "package");
  const listed = await run(folder, "tar", ["-tzf", file]);
  return {
    file,
    root,
    paths: listed
      .trim()
      .split("\n")
      .map((path) => path.replace(/^package\//, ""))
      .sort(),
    manifest: readManifest(root),
    read: (path) => readFileSync(join(root, path), "utf8"),
  };
}

/** As many at a time as there are processors: each is a process busy with compiling. */
async function forEachConcurrently<Item>(
  items: Item[],
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}
