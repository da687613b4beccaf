import type { Component } from "../components.ts";

/** What stands beside the sources of every component. */
export const ROOT_FILES = [
  "CHANGELOG.md",
  "DESIGN.md",
  "LICENSE",
  "README.md",
  "package.json",
  "src",
  "tsconfig.build.json",
  "tsconfig.json",
  "tsup.config.ts",
];

/** Files that have no nouns to differ in, and the one each is compared with. */
export const IDENTICAL = {
  LICENSE: "LICENSE",
  "tsconfig.json": "components/rate-limiter/tsconfig.json",
  "tsconfig.build.json": "components/rate-limiter/tsconfig.build.json",
  "tsup.config.ts": "components/rate-limiter/tsup.config.ts",
  "src/client/ctx.ts": "components/rate-limiter/src/client/ctx.ts",
};

/** Folders below src/ that may hold files: the layers, and "" for the test helper. */
export const SOURCE_FOLDERS = [
  "",
  "client",
  "component",
  "component/_generated",
  "component/model",
  "react",
  "shared",
];

/** A module, or a test beside it. Convex rejects module paths with a dash. */
export const CODE_FILE =
  /^(convex\.config|[a-z][A-Za-z0-9]*)(\.test-d|(\.(property|cost))?\.test)?\.tsx?$/;

export function requiredSources({ camelName, hasReact }: Component): string[] {
  return [
    "client/ctx.ts",
    "client/index.ts",
    `client/${camelName}.ts`,
    `client/${camelName}.test.ts`,
    `client/${camelName}.test-d.ts`,
    "component/_generated/api.ts",
    "component/_generated/component.ts",
    "component/_generated/dataModel.ts",
    "component/_generated/server.ts",
    "component/convex.config.ts",
    "component/schema.ts",
    "shared/errors.test.ts",
    "shared/errors.ts",
    "shared/validators.ts",
    "test.ts",
    ...(hasReact ? ["react/index.ts"] : []),
  ];
}

/** Fields of a published package.json, in the order a reader wants them. */
export const MANIFEST_FIELDS = [
  "name",
  "version",
  "description",
  "keywords",
  "license",
  "homepage",
  "repository",
  "bugs",
  "type",
  "sideEffects",
  "files",
  "scripts",
  "exports",
  "peerDependencies",
  "peerDependenciesMeta",
];

/** `prepack` runs in every `npm pack` and `npm publish`, so that a stale build cannot be published. */
export const SCRIPTS = {
  build: "tsup",
  prepack: "npm run build",
  typecheck: "tsc -p .",
};

/** Every package that a component may ask its user for, with the one range for all of them. */
export const PEERS = {
  convex: "^1.47.0",
  "convex-helpers": "^0.1.100",
  react: "^18.3.1 || ^19.0.0",
};

function built(path: string): Record<string, string> {
  return {
    "@convex-dev/component-source": `./src/${path}.ts`,
    types: `./dist/${path}.d.ts`,
    default: `./dist/${path}.js`,
  };
}

/**
 * The source condition comes first, so that typecheck, tests, Vite and codegen need no build.
 * `_generated/component.js` is types only, and `test` ships as source because it globs modules.
 */
export function exportsOf({ hasReact }: Component): Record<string, unknown> {
  return {
    "./package.json": "./package.json",
    ".": built("client/index"),
    ...(hasReact ? { "./react": built("react/index") } : {}),
    "./test": "./src/test.ts",
    "./_generated/component.js": {
      "@convex-dev/component-source": "./src/component/_generated/component.ts",
      types: "./dist/component/_generated/component.d.ts",
    },
    "./convex.config": built("component/convex.config"),
    "./convex.config.js": built("component/convex.config"),
  };
}

/** One outline for all READMEs; the promise stands below the title. */
export const README_HEADINGS = [
  "The idea",
  "Install",
  "Concepts",
  "How to",
  "API",
  "Errors",
  "Limits and costs",
  "Testing your app",
  "How it works",
  "Switching from the official package",
];
