/**
 * Pastes code into the README files, so that it is compiled and tested before anybody copies it.
 *
 *   npm run readme              paste
 *   npm run readme -- --check   fail if a block differs from its source, or was typed by hand
 *
 * A block is pasted when a comment stands above it: `<!-- code: example/convex/file.ts#region -->`,
 * where the file holds `// #region region` ... `// #endregion`; without `#region`, the whole file.
 * Other languages than TypeScript and JavaScript need no comment. For a block that cannot come from
 * a tested file, say why: `<!-- not pasted: an error on purpose -->`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { textFiles } from "./textFiles.ts";
import { paste, type CodeSource } from "./readme/paste.ts";
import { region, wholeFile } from "./readme/region.ts";

/** Pastes into every markdown file below `root`; returns what is wrong, one line each. */
export function pasteAll(root: string, { check }: { check: boolean }): string[] {
  return markdownFiles(root).flatMap((file) => {
    const path = resolve(root, file);
    const before = readFileSync(path, "utf8");
    const { markdown, drift, problems } = paste(before, (source) => readCode(root, source));
    if (!check && markdown !== before) writeFileSync(path, markdown);
    const wrong = check ? [...problems, ...drift] : problems;
    return wrong.map(({ line, text }) => `${file}:${line}: ${text}`);
  });
}

/** Changelogs are written by changesets and may quote code as it was. */
function markdownFiles(root: string): string[] {
  return textFiles(root).filter((file) => /\.md$/.test(file) && !/CHANGELOG\.md$/.test(file));
}

function readCode(root: string, source: CodeSource): string {
  const path = resolve(root, source.file);
  if (relative(root, path).startsWith("..")) throw new Error("is outside the repository");
  const code = readSource(path);
  return source.region === undefined ? wholeFile(code) : region(code, source.region);
}

function readSource(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new Error("does not exist");
  }
}

function main(): void {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const wrong = pasteAll(resolve(import.meta.dirname, ".."), values);
  if (wrong.length === 0) return;
  const wayOut = values.check ? ["Run `npm run readme` to paste again."] : [];
  throw new Error([...wrong, ...wayOut].join("\n"));
}

if (import.meta.main) {
  try {
    main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
