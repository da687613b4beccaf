import { ESLint, type Linter } from "eslint";
import { beforeAll, describe, expect, test } from "vitest";
import { readHome } from "../scripts/scope/config.ts";
import { REPOSITORY } from "./components.ts";

/** The table of CONTRIBUTING.md, as imports that each layer may and may not write. */
const LAYERS = {
  shared: {
    may: ['import "convex/values"', 'import "./bucket.js"'],
    mayNot: [
      'import "../component/schema.js"',
      'import "../client/ctx.js"',
      'import "../react/index.js"',
      'import "convex/server"',
      'import "react"',
    ],
  },
  "component/model": {
    may: ['import "../../shared/errors.js"', 'import type { X } from "../_generated/server.js"'],
    mayNot: [
      'import "../../client/ctx.js"',
      'import "../../react/index.js"',
      'import "react"',
      'import "convex/react"',
    ],
  },
  component: {
    may: [
      'import "./model/limits.js"',
      'import "./_generated/server.js"',
      'import "../shared/errors.js"',
    ],
    mayNot: [
      'import "../client/ctx.js"',
      'import "../react/index.js"',
      'import "react"',
      'import "convex/react"',
    ],
  },
  client: {
    may: [
      'import "../shared/errors.js"',
      'import "convex/server"',
      'import type { X } from "../component/_generated/component.js"',
    ],
    mayNot: [
      'import { X } from "../component/_generated/component.js"',
      'import { X } from "../component/schema.js"',
      'import "../react/index.js"',
      'import "react"',
      'import "convex/react"',
    ],
  },
  react: {
    may: [
      'import "react"',
      'import "convex/react"',
      'import "../shared/errors.js"',
      'import type { X } from "../client/index.js"',
    ],
    mayNot: ['import { X } from "../client/index.js"', 'import "../component/schema.js"'],
  },
};

/** Broken in every layer. */
const NEVER = [`import "${readHome(REPOSITORY).scope}/other"`, 'import "./noEnding"'];

/** The import rules alone: they need no types, so the file need not exist. */
const eslint = new ESLint({
  cwd: REPOSITORY,
  ruleFilter: ({ ruleId }) => ruleId.endsWith("no-restricted-imports"),
  overrideConfig: [{ languageOptions: { parserOptions: { projectService: false } } }],
});

async function reasons(layer: string, code: string): Promise<Linter.LintMessage[]> {
  const [result] = await eslint.lintText(`${code};\n`, {
    filePath: `components/any/src/${layer}/any.ts`,
  });
  return result?.messages ?? [];
}

/** The first run loads ESLint's plugins, which takes seconds on a busy machine. */
beforeAll(async () => {
  await reasons("shared", 'import "convex/values"');
}, 60_000);

describe.each(Object.entries(LAYERS))("%s/", (layer, { may, mayNot }) => {
  test.each(may)("may write: %s", async (code) => {
    expect(await reasons(layer, code)).toEqual([]);
  });

  test.each([...mayNot, ...NEVER])("may not write: %s", async (code) => {
    const messages = await reasons(layer, code);
    expect(messages.map(({ ruleId }) => ruleId)).toContain(
      "@typescript-eslint/no-restricted-imports",
    );
  });
});
