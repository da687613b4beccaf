import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Under which npm scope the packages are published, and where their source lives. */
export interface Home {
  /** With its `@`. */
  scope: string;
  /** The page of the repository, without `.git` and without a slash at the end. */
  repository: string;
}

// https://docs.npmjs.com/cli/using-npm/scope
const SCOPE = /^@[a-z0-9~-][a-z0-9._~-]*$/;

/** The one place where scope and repository are written: `config` in the root package.json. */
export function readHome(root: string): Home {
  const { config } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    config?: { scope?: string; repository?: string };
  };
  if (!config?.scope || !config.repository)
    throw new Error(
      'package.json needs "config": { "scope": "@...", "repository": "https://..." }',
    );
  return validateHome({ scope: config.scope, repository: config.repository });
}

/** @throws with one line that says what a scope or a repository looks like. */
export function validateHome({ scope, repository }: Home): Home {
  if (!SCOPE.test(scope))
    throw new Error(`"${scope}" is not an npm scope: write @ and lower case letters, as @your-org`);
  return { scope, repository: validateRepository(repository) };
}

function validateRepository(repository: string): string {
  const url = URL.canParse(repository) ? new URL(repository) : undefined;
  const parts = url?.pathname.split("/").filter((part) => part !== "") ?? [];
  if (url?.protocol !== "https:" || parts.length < 2 || url.search !== "" || url.hash !== "")
    throw new Error(
      `"${repository}" is not a repository: write its page, as https://github.com/you/repo`,
    );
  return repository.replace(/\/+$/, "").replace(/\.git$/, "");
}
