import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format, getFileInfo, resolveConfig } from "prettier";
import { textFiles } from "../textFiles.ts";
import { readHome, validateHome, type Home } from "./config.ts";
import { stampManifest, unstampedFields } from "./manifest.ts";

/**
 * Moves every package to another scope and repository, and returns the files that changed.
 *
 * All texts are computed before the first is written, so that a refusal leaves the tree as it was.
 */
export async function renameScope(root: string, wanted: Home): Promise<string[]> {
  const from = readHome(root);
  const to = validateHome(wanted);
  const texts = textFiles(root).map((file) => ({
    file,
    text: readFileSync(join(root, file), "utf8"),
  }));
  for (const { file, text } of texts) refuseAmbiguity(file, text, { from, to });
  const changes: { file: string; text: string }[] = [];
  for (const { file, text } of texts) {
    const renamed = stampIfManifest(file, replaceHome(text, from, to), to);
    if (renamed !== text) changes.push({ file, text: await formatted(root, file, renamed) });
  }
  for (const { file, text } of changes) writeFileSync(join(root, file), text);
  return changes.map(({ file }) => file);
}

/** Fields that `renameScope` would stamp and that are not stamped, one line for each package. */
export function unstamped(root: string): string[] {
  const home = readHome(root);
  return readdirSync(join(root, "components"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => {
      const file = `components/${name}/package.json`;
      const fields = unstampedFields(readFileSync(join(root, file), "utf8"), name, home);
      return fields.length > 0 ? [`${file}: ${fields.join(", ")}`] : [];
    });
}

/**
 * Renaming must be reversible: a tree that already speaks of the new scope would not tell those
 * places from the renamed ones.
 */
function refuseAmbiguity(file: string, text: string, { from, to }: { from: Home; to: Home }): void {
  const taken = [
    ...(to.scope !== from.scope && scopePattern(to.scope).test(text) ? [to.scope] : []),
    ...(to.repository !== from.repository && urlPattern(to.repository).test(text)
      ? [to.repository]
      : []),
  ];
  if (taken.length > 0)
    throw new Error(`${file} already speaks of ${taken.join(" and ")}: take another one`);
}

function replaceHome(text: string, from: Home, to: Home): string {
  return text
    .replaceAll(urlPattern(from.repository), () => to.repository)
    .replaceAll(scopePattern(from.scope), () => to.scope);
}

function scopePattern(scope: string): RegExp {
  return new RegExp(`${escape(scope)}(?![\\w~-]|\\.\\w)`, "g");
}

function urlPattern(repository: string): RegExp {
  return new RegExp(`${escape(repository)}(?![\\w-])`, "g");
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function stampIfManifest(file: string, text: string, home: Home): string {
  const [, component] = /^components\/([^/]+)\/package\.json$/.exec(file) ?? [];
  return component === undefined ? text : stampManifest(text, component, home);
}

/** Lines and table columns have another width now. */
async function formatted(root: string, file: string, text: string): Promise<string> {
  const filepath = join(root, file);
  const { ignored, inferredParser } = await getFileInfo(filepath, {
    ignorePath: join(root, ".prettierignore"),
  });
  if (ignored || inferredParser === null) return text;
  return format(text, { ...(await resolveConfig(filepath)), filepath });
}
