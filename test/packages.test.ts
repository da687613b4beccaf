import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { components, REPOSITORY } from "./components.ts";
import { createBlankApp, missingFromTemplate } from "./packages/blankApp.ts";
import { expectedPaths, exportTargets, INSTALL_SCRIPTS } from "./packages/expected.ts";
import { brokenRelativeImports, missingSources, undeclaredPackages } from "./packages/imports.ts";
import { run, runNode } from "./packages/run.ts";
import { packAll, type Tarball } from "./packages/tarballs.ts";

/** Outside the repository, so that nothing is found here by accident. */
const folder = mkdtempSync(join(tmpdir(), "convex-suite-"));
const app = join(folder, "app");

let tarballs: Map<string, Tarball>;
let registry: string;

beforeAll(async () => {
  registry = await run(folder, "npm", ["config", "get", "registry"]);
  tarballs = await packAll(components, folder);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe.each(components)("the tarball of $folder", (component) => {
  const tarball = () => {
    const found = tarballs.get(component.folder);
    if (!found) throw new Error(`invariant: ${component.folder} was packed`);
    return found;
  };

  test("holds its sources, their build and its papers, and nothing else", () => {
    expect(tarball().paths).toEqual(expectedPaths(component));
  });

  test("holds every file that its exports name", () => {
    const { paths, manifest } = tarball();
    const missing = exportTargets(manifest.exports ?? {}).filter((path) => !paths.includes(path));
    expect(missing).toEqual([]);
  });

  test("passes publint, warnings and suggestions included", async () => {
    const { messages } = await publint({ pkgDir: tarball().root, pack: false, strict: true });
    expect(messages).toEqual([]);
  });

  test("has types that every ESM resolution finds", async () => {
    const attw = join(REPOSITORY, "node_modules/@arethetypeswrong/cli/dist/index.js");
    await runNode(folder, [attw, tarball().file, "--profile", "esm-only", "--format", "ascii"]);
  });

  test("imports its own files by names that Node resolves, and only packages it asks for", () => {
    expect(brokenRelativeImports(tarball())).toEqual([]);
    expect(undeclaredPackages(tarball())).toEqual([]);
    expect(missingSources(tarball())).toEqual([]);
  });

  test("brings no dependencies and runs nothing when it is installed", () => {
    const { manifest } = tarball();
    expect(manifest.dependencies).toBeUndefined();
    expect(manifest.devDependencies).toBeUndefined();
    const scripts = Object.keys(manifest.scripts ?? {});
    expect(scripts.filter((script) => INSTALL_SCRIPTS.includes(script))).toEqual([]);
  });

  test("names no registry", () => {
    const { host } = new URL(registry);
    const naming = tarball().paths.filter((path) => tarball().read(path).includes(host));
    expect(naming).toEqual([]);
  });
});

describe("a blank app outside the repository", () => {
  test.each(components)("has a part that uses $folder", (component) => {
    expect(missingFromTemplate(component)).toEqual([]);
  });

  test("installs every tarball", async () => {
    await createBlankApp(app, components, tarballs);
  });

  test.each(components)("imports $folder in plain Node, by the names it documents", async (it) => {
    const subpaths = ["", ...(it.hasReact ? ["/react"] : []), "/convex.config.js"];
    const names = await Promise.all(
      subpaths.map(async (subpath) => {
        const code = `import * as all from "${it.manifest.name}${subpath}"; console.log(Object.keys(all).join())`;
        const output = await runNode(app, ["--input-type=module", "--eval", code]);
        return [`.${subpath}`, output.trim().split(",")];
      }),
    );
    expect(Object.fromEntries(names)).toMatchSnapshot();
  });

  test("generates code with the real CLI", async () => {
    await runNode(REPOSITORY, ["test/packages/generateCode.ts", app]);
  });

  test("typechecks strictly, declarations of the packages included", async () => {
    await runNode(app, [join(app, "node_modules/@typescript/native/bin/tsc"), "--project", app]);
  });

  test("tests its functions with the register helpers of the packages", async () => {
    const output = await runNode(app, [join(app, "node_modules/vitest/vitest.mjs"), "run"]);
    for (const { camelName } of components) expect(output).toContain(`convex/${camelName}.test.ts`);
  });
});
