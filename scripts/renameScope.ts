/**
 * Publishes the suite under your own name: moves every package, import, document and workflow to
 * another npm scope and repository.
 *
 *   npm run rename-scope -- @your-org --repo https://github.com/you/repo
 *   npm run rename-scope -- --check      fail if a package does not carry what is configured
 *
 * Both are configured in the root package.json, under "config". Running it twice changes nothing
 * more, and renaming back restores every byte.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { pasteAll } from "./readme.ts";
import { renameScope, unstamped } from "./scope/rename.ts";

const USAGE = "npm run rename-scope -- @your-org --repo https://github.com/you/repo";

function check(root: string): void {
  const wrong = unstamped(root);
  if (wrong.length === 0) return;
  console.error(wrong.join("\n"));
  throw new Error(`Not as configured in package.json. Stamp them: ${USAGE}`);
}

async function main(root: string): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { repo: { type: "string" }, check: { type: "boolean", default: false } },
  });
  if (values.check) return check(root);
  const [scope] = positionals;
  if (scope === undefined || values.repo === undefined || positionals.length > 1)
    throw new Error(`Say which scope and which repository: ${USAGE}`);
  const changed = await renameScope(root, { scope, repository: values.repo });
  // A longer or shorter scope can move a line break in code that a README quotes.
  pasteAll(root, { check: false });
  for (const file of changed) console.log(file);
  console.log(
    changed.length > 0
      ? `${changed.length} files changed. Now run: npm install && npm run codegen && npm run check`
      : `Nothing to change: everything already says ${scope} and ${values.repo}.`,
  );
}

try {
  await main(resolve(import.meta.dirname, ".."));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
