import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf, PushError, type PushErrorCode } from "./errors.ts";
import { locateError } from "./locate.ts";

export type ModuleNamespace = Record<string, unknown>;

/** A file to write and import. */
export interface SourceFile {
  path: string;
  source: string;
  sourceMap?: string;
}

/** Who the files belong to, and what it means when one does not load. */
export interface Import {
  owner: string;
  code: PushErrorCode;
}

/**
 * Writes the files to a folder of their own and imports every one of them before returning.
 *
 * Nothing may be left to load later: inside a query or mutation convex-test makes timers and fetch
 * throw, so a module first imported there breaks. It also lets us delete the folder at once,
 * because Node keeps what it has imported (chunks that a function imports on demand included).
 */
export async function importSources(
  files: SourceFile[],
  { owner, code }: Import,
): Promise<Map<string, ModuleNamespace>> {
  // Resolved (macOS has a link here), because stack traces name files that way.
  const folder = await realpath(await mkdtemp(join(tmpdir(), "convex-suite-push-")));
  try {
    await writeFile(join(folder, "package.json"), '{"type":"module"}');
    for (const { path, source } of files) await writeSource(join(folder, path), source);
    const modules = new Map<string, ModuleNamespace>();
    for (const { path } of files) {
      modules.set(path, await import(pathToFileURL(join(folder, path)).href).catch(fail(path)));
    }
    return modules;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }

  function fail(path: string) {
    return (error: unknown) => {
      const position = locateError(error, folder, files);
      const where = position === null ? "" : ` (${position})`;
      throw new PushError(
        code,
        `"${path}" of ${owner} failed to load: ${messageOf(error)}${where}`,
      );
    };
  }
}

async function writeSource(file: string, source: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  // The map it names came beside it in the push, and is not written: whoever looks finds nothing.
  await writeFile(file, source.replace(/^\/\/# sourceMappingURL=.*$/m, ""));
}
