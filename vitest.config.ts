import { existsSync, readdirSync } from "node:fs";
import { defaultServerConditions } from "vite";
import { redirect } from "./test/compat/redirect.ts";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";

const conditions = ["@convex-dev/component-source", ...defaultServerConditions];

type TestOptions = NonNullable<TestProjectInlineConfiguration["test"]>;

function project(name: string, root: string, test: TestOptions): TestProjectInlineConfiguration {
  return {
    root,
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      name,
      include: ["**/*.test.{ts,tsx}"],
      setupFiles: [`${import.meta.dirname}/test/setup.ts`],
      typecheck: { enabled: false },
      // Some tests make thousands of calls, and CI has two busy cores.
      testTimeout: 30_000,
      ...test,
    },
  };
}

/** Every Convex suite runs twice: as it is, and with the backend's transaction limits enforced. */
function convexProjects(name: string, root: string): TestProjectInlineConfiguration[] {
  const environment = "edge-runtime";
  return [
    project(name, root, { environment }),
    project(`${name} (limits)`, root, {
      environment,
      include: ["**/*.test.ts"],
      // Pure functions make no transactions, and random histories make the same ones as the others.
      exclude: ["**/node_modules/**", "**/shared/**", "**/*.property.test.ts"],
      env: { CONVEX_TEST_TRANSACTION_LIMITS: "true" },
    }),
  ];
}

/** The official package's own test files, unmodified, against our sources. */
function compatProject(name: string, include: string[]): TestProjectInlineConfiguration {
  const official = `${import.meta.dirname}/node_modules/@convex-dev/${name}`;
  const ours = [
    `${import.meta.dirname}/test/compat/${name}`,
    `${import.meta.dirname}/components/${name}/src`,
  ];
  return {
    ...project(`compat ${name}`, official, {
      environment: "edge-runtime",
      include,
      exclude: [],
      setupFiles: [`${import.meta.dirname}/test/compat/setup.ts`],
    }),
    plugins: [redirect({ official: `${official}/src`, ours })],
  };
}

const components = readdirSync(`${import.meta.dirname}/components`).filter((name) =>
  existsSync(`${import.meta.dirname}/components/${name}/package.json`),
);

export default defineConfig({
  test: {
    projects: [
      ...components.flatMap((name) => convexProjects(name, `./components/${name}`)),
      ...convexProjects("example", "./example"),
      // Left out: internal.test.ts and worker.test.ts, which test internals.
      compatProject("rate-limiter", [
        "src/client/index.test.ts",
        "src/shared.test.ts",
        "src/component/getValue.test.ts",
        "src/component/lib.test.ts",
        "src/react/index.test.ts",
      ]),
      compatProject("sharded-counter", ["src/component/counter.test.ts"]),
      project("scripts", "./scripts", { environment: "node" }),
      project("repository", "./test", {
        environment: "node",
        include: ["*.test.ts"],
        exclude: ["packages.test.ts"],
      }),
      project("simulation", "./test/simulation", { environment: "node", testTimeout: 120_000 }),
      project("bench", "./test/bench", { environment: "node" }),
      project("packages", "./test", {
        environment: "node",
        include: ["packages.test.ts"],
        testTimeout: 240_000,
        hookTimeout: 240_000,
      }),
      project("e2e", "./test/e2e", {
        environment: "node",
        globalSetup: ["./support/globalSetup.ts"],
        testTimeout: 60_000,
        hookTimeout: 120_000,
      }),
    ],
  },
});
