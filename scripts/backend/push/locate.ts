import { SourceMap, type SourceMapping } from "node:module";
import { join } from "node:path";

interface BundledFile {
  path: string;
  sourceMap?: string;
}

/**
 * Where in the sources an error was thrown, as "convex/seed.ts:4"; null for an error that did not
 * come from one of the bundled files in the folder.
 */
export function locateError(error: unknown, folder: string, files: BundledFile[]): string | null {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  for (const [, location = "", line, column] of stack.matchAll(
    /(?:file:\/\/)?(\/[^\s()]+?):(\d+):(\d+)/g,
  )) {
    const file = files.find(({ path }) => join(folder, path) === location);
    if (file !== undefined) return originalPosition(file, Number(line), Number(column));
  }
  return null;
}

function originalPosition({ path, sourceMap }: BundledFile, line: number, column: number): string {
  const { originalSource, originalLine } = findOrigin(sourceMap, line, column);
  if (originalSource === undefined || originalLine === undefined) return `${path}:${line}`;
  // Relative to where the CLI would have put the bundle, which says nothing to the reader.
  return `${originalSource.replace(/^(\.\.\/)+/, "")}:${originalLine + 1}`;
}

function findOrigin(
  sourceMap: string | undefined,
  line: number,
  column: number,
): Partial<SourceMapping> {
  if (sourceMap === undefined) return {};
  try {
    return new SourceMap(JSON.parse(sourceMap)).findEntry(line - 1, column - 1);
  } catch {
    return {};
  }
}
