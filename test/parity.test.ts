import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readHome } from "../scripts/scope/config.ts";
import { textFiles } from "../scripts/textFiles.ts";
import { components, REPOSITORY, type Component } from "./components.ts";
import {
  CODE_FILE,
  IDENTICAL,
  MANIFEST_FIELDS,
  PEERS,
  README_HEADINGS,
  ROOT_FILES,
  SCRIPTS,
  SOURCE_FOLDERS,
  exportsOf,
  requiredSources,
} from "./parity/expected.ts";

/** A table of a schema, and the comment that ends on the line above it. */
const TABLE = /(?:\/\*\*((?:(?!\*\/)[^])*)\*\/\s*)?\b(\w+): defineTable\(/g;

/**
 * Who knows one component knows all: each is held to the same written expectation, so that this
 * says something with one component and with six.
 */
describe.each(components)("$folder", (component) => {
  const { root, manifest } = component;
  const read = (path: string) => readFileSync(join(root, path), "utf8");
  const sources = textFiles(join(root, "src"));

  test("has the files of every component beside its sources, and no others", () => {
    const found = readdirSync(root).filter((name) => !["dist", "node_modules"].includes(name));
    expect(found.sort()).toEqual([...ROOT_FILES].sort());
  });

  test("keeps every source in a layer, named in camelCase", () => {
    const strays = sources.filter((path) => {
      const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
      const name = path.slice(path.lastIndexOf("/") + 1);
      return !SOURCE_FOLDERS.includes(folder) || !CODE_FILE.test(name);
    });
    expect(strays).toEqual([]);
  });

  test("has the sources that every component has", () => {
    expect(sources).toEqual(expect.arrayContaining(requiredSources(component)));
  });

  test("tests every module of functions, its costs, and itself against a model", () => {
    const modules = sources.filter((path) => /^component\/\w+\.ts$/.test(path));
    const tested = modules.filter((path) => path !== "component/schema.ts");
    expect(tested.length).toBeGreaterThan(0);
    expect(sources).toEqual(
      expect.arrayContaining(tested.map((path) => path.replace(/\.ts$/, ".test.ts"))),
    );
    for (const kind of [".cost.test.ts", ".property.test.ts"])
      expect(
        sources.filter((path) => path.endsWith(kind)),
        kind,
      ).not.toEqual([]);
  });

  test.each(Object.entries(IDENTICAL))("has %s as everywhere", (path, original) => {
    expect(read(path)).toBe(readFileSync(join(REPOSITORY, original), "utf8"));
  });

  test("mounts under its own name and registers under it in tests", () => {
    expect(read("src/component/convex.config.ts")).toContain(
      `defineComponent("${component.camelName}"`,
    );
    expect(read("src/test.ts")).toContain(`name = "${component.camelName}"`);
  });

  test("exports its register helper, its schema and its modules for tests", async () => {
    const helper = (await import(join(root, "src/test.ts"))) as Record<string, unknown>;
    expect(Object.keys(helper).sort()).toEqual(["default", "modules", "register", "schema"]);
  });

  test("exports the guard of its errors to apps, and by default at most its class", async () => {
    const client = (await import(join(root, "src/client/index.ts"))) as Record<string, unknown>;
    expect(client[`is${component.pascalName}Error`]).toBeTypeOf("function");
    expect([undefined, client[component.pascalName]]).toContain(client.default);
  });

  test("says above each table who writes it and who reads it", () => {
    const tables = [...read("src/component/schema.ts").matchAll(TABLE)];
    expect(tables.length).toBeGreaterThan(0);
    const silent = tables.filter(
      ([, comment = ""]) => !/\bwrit/i.test(comment) || !/\breads?\b/i.test(comment),
    );
    expect(silent.map(([, , table]) => table)).toEqual([]);
  });

  test("has the fields of every package, in order", () => {
    const expected = MANIFEST_FIELDS.filter(
      (field) => field in manifest || field !== "peerDependenciesMeta",
    );
    expect(Object.keys(manifest)).toEqual(expected);
    expect(manifest.name).toBe(`${readHome(REPOSITORY).scope}/${component.folder}`);
    expect(manifest).toMatchObject({
      license: "Apache-2.0",
      type: "module",
      sideEffects: false,
      files: ["dist", "src", "!src/**/*.test.*", "!src/**/*.test-d.*"],
      scripts: SCRIPTS,
    });
  });

  test("exports source first, then types, then the built module", () => {
    expect(JSON.stringify(manifest.exports, null, 1)).toBe(
      JSON.stringify(exportsOf(component), null, 1),
    );
  });

  test("has peers of the same ranges as its siblings, and optional unless Convex needs them", () => {
    const { peerDependencies = {}, peerDependenciesMeta = {} } = manifest;
    expect(peerDependencies).toHaveProperty("convex");
    expect(PEERS).toMatchObject(peerDependencies);
    if (component.hasReact) expect(peerDependenciesMeta).toHaveProperty("react.optional", true);
    expect(Object.keys(peerDependencies)).toEqual(
      expect.arrayContaining(Object.keys(peerDependenciesMeta)),
    );
  });

  test("tells its story in the order of every README", () => {
    const headings = outsideCode(read("README.md")).filter((line) => /^##? /.test(line));
    expect(headings).toEqual([
      `# ${manifest.name}`,
      ...README_HEADINGS.map((heading) => `## ${heading}`),
    ]);
  });

  test("documents every error code and every export", async () => {
    const readme = read("README.md");
    const codes = [...read("src/shared/errors.ts").matchAll(/\bcode: "([A-Z_]+)"/g)];
    expect(codes.length).toBeGreaterThan(0);
    const missingCodes = codes
      .map(([, code = ""]) => code)
      .filter((code) => !readme.includes(code));
    expect(missingCodes).toEqual([]);
    const client = (await import(join(root, "src/client/index.ts"))) as Record<string, unknown>;
    expect(Object.keys(client).filter((name) => !readme.includes(name))).toEqual([]);
  });

  test("is in the table of the root README, and mounted in the example", () => {
    const readme = readFileSync(join(REPOSITORY, "README.md"), "utf8");
    expect(readme).toContain(`[${component.folder}](./components/${component.folder})`);
    expect(readme).toContain(`npm install ${manifest.name}`);
    const files = textFiles(join(REPOSITORY, "example"));
    expect(files).toEqual(expect.arrayContaining(exampleFiles(component)));
  });
});

/** The same name in every folder of the example. */
function exampleFiles({ camelName, pascalName }: Component): string[] {
  return [`convex/${camelName}.ts`, `convex/${camelName}.test.ts`, `src/demos/${pascalName}.tsx`];
}

function outsideCode(markdown: string): string[] {
  return markdown.replace(/^(`{3,})[^]*?^\1$/gm, "").split("\n");
}
