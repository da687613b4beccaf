import convex from "@convex-dev/eslint-plugin";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/**
 * A short allowlist: each rule has prevented or would have prevented a real defect. Layout is
 * Prettier's business, types are tsc's.
 */

/** Which layer of a component may import what; see CONTRIBUTING.md. */
const LAYERS = {
  shared: {
    may: "convex/values and its own folder",
    mayNot: [
      "**/component/**",
      "**/client/**",
      "**/react/**",
      "react",
      "convex/*",
      "!convex/values",
    ],
  },
  "component/model": {
    may: "shared/ and _generated/",
    mayNot: ["**/client/**", "**/react/**", "react", "convex/react", "convex/browser"],
  },
  component: {
    may: "model/, shared/ and _generated/",
    mayNot: ["**/client/**", "**/react/**", "react", "convex/react", "convex/browser"],
  },
  client: {
    may: "shared/, and only types of component/_generated/component.js",
    mayNot: ["**/react/**", "react", "convex/react", "convex/browser", "**/component/model/**"],
  },
  react: {
    may: "shared/, react, convex/react, and only types of client/",
    mayNot: ["**/component/**"],
  },
};

const SIBLINGS = {
  group: ["@convex-suite/*"],
  message: "Components import nothing from each other: each is published on its own.",
};

const JS_ENDINGS = {
  regex: "^\\.{1,2}/(?!.*\\.(js|css)$)",
  message: "End relative imports in .js: the build keeps one module per file and rewrites nothing.",
};

const TYPES_ONLY = {
  client: {
    group: ["**/component/**"],
    message: "client/ runs in the app: it may import only types of the component.",
    allowTypeImports: true,
  },
  react: {
    group: ["**/client/**"],
    message: "react/ runs in browsers: it may import only types of client/.",
    allowTypeImports: true,
  },
};

function layer(name) {
  const { may, mayNot } = LAYERS[name];
  const patterns = [
    { group: mayNot, message: `${name}/ may import ${may}.` },
    SIBLINGS,
    JS_ENDINGS,
    ...(name in TYPES_ONLY ? [TYPES_ONLY[name]] : []),
  ];
  return {
    files: [`components/*/src/${name}/**/*.{ts,tsx}`],
    ignores: ["**/*.test.{ts,tsx}", "**/*.test-d.ts"],
    rules: { "@typescript-eslint/no-restricted-imports": ["error", { patterns }] },
  };
}

const PURE = {
  files: ["components/*/src/shared/**/*.ts"],
  ignores: ["**/*.test.ts"],
  rules: {
    "no-restricted-properties": [
      "error",
      {
        object: "Date",
        property: "now",
        message: "shared/ is pure: take the time as an argument.",
      },
      {
        object: "Math",
        property: "random",
        message: "shared/ is pure: take randomness as an argument.",
      },
    ],
  },
};

export default tseslint.config(
  {
    ignores: [
      "**/node_modules/**",
      "**/dist/**",
      "**/_generated/**",
      "**/.artifacts/**",
      "**/fixtures/**",
    ],
  },
  {
    files: ["**/*.{ts,tsx}"],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { "@typescript-eslint": tseslint.plugin, "react-hooks": reactHooks },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "max-lines-per-function": ["error", { max: 60, skipComments: true, skipBlankLines: true }],
      "max-params": ["error", 3],
      "no-console": "error",
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
    },
  },
  ...Object.keys(LAYERS)
    .sort((a, b) => a.length - b.length)
    .map(layer),
  PURE,
  {
    files: ["example/**/*.{ts,tsx}"],
    rules: { "@typescript-eslint/no-restricted-imports": ["error", { patterns: [JS_ENDINGS] }] },
  },
  {
    files: ["components/*/src/component/**/*.ts", "example/convex/**/*.ts"],
    plugins: { "@convex-dev": convex },
    rules: {
      "@convex-dev/no-old-registered-function-syntax": "error",
      "@convex-dev/require-args-validator": "error",
      "@convex-dev/import-wrong-runtime": "error",
      "@convex-dev/explicit-table-ids": "error",
      "@convex-dev/no-filter-in-query": "error",
      "@convex-dev/no-collect-in-query": "error",
      "@convex-dev/no-duplicate-indexes": "error",
    },
  },
  {
    files: ["**/*.test.{ts,tsx}", "**/*.test-d.ts"],
    rules: { "max-lines-per-function": "off" },
  },
  {
    // Signatures of the official packages, kept so that users can switch by changing an import.
    files: ["components/rate-limiter/src/client/calculateRateLimit.ts"],
    rules: { "max-params": "off" },
  },
  // Command-line programs: printing is what they do.
  { files: ["scripts/*.ts"], rules: { "no-console": "off" } },
);
