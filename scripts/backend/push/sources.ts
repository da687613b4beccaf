import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf, PushError, type PushErrorCode } from "./errors.ts";

export type ModuleNamespace = Record<string, unknown>;

/** A file to write and import. */
export interface SourceFile {
  path: string;
  source: string;
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
  owner: string,
  code: PushErrorCode,
): Promise<Map<string, ModuleNamespace>> {
  const folder = await mkdtemp(join(tmpdir(), "convex-suite-push-"));
  try {
    await writeFile(join(folder, "package.json"), '{"type":"module"}');
    for (const { path, source } of files) await writeSource(join(folder, path), source);
    const modules = new Map<string, ModuleNamespace>();
    for (const { path } of files) {
      modules.set(path, await importSource(join(folder, path), path, owner, code));
    }
    return modules;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeSource(file: string, source: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, source);
}

async function importSource(
  file: string,
  path: string,
  owner: string,
  code: PushErrorCode,
): Promise<ModuleNamespace> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    throw new PushError(code, `"${path}" of ${owner} failed to load: ${messageOf(error)}`);
  }
}
