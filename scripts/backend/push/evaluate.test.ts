import { mkdtemp, readdir, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { evaluatePush } from "./evaluate.ts";
import type { ModuleSource, StartPushRequest } from "./wire.ts";

const COUNTER = "../../components/counter/src/component";

let request: StartPushRequest;
beforeEach(() => {
  request = {
    dryRun: false,
    appDefinition: {
      definition: source("convex.config.js", appConfig([["counter", COUNTER]])),
      dependencies: [COUNTER],
      schema: null,
      changedModules: [source("messages.js", registered("list", "isQuery", "isPublic"))],
      udfServerVersion: "1.48.0",
    },
    componentDefinitions: [
      {
        definitionPath: COUNTER,
        definition: source("convex.config.js", componentConfig("counter")),
        dependencies: [],
        schema: null,
        functions: [source("counts.js", registered("add", "isMutation", "isPublic"))],
        udfServerVersion: "1.48.0",
      },
    ],
  };
});

afterEach(() => vi.unstubAllEnvs());

describe("a push without errors", () => {
  test("every definition is analyzed and every mount is in the tree", async () => {
    const { response } = await evaluatePush(request);
    expect(Object.keys(response.analysis).sort()).toEqual(["", COUNTER]);
    expect(response.app).toMatchObject({
      componentPath: "",
      childComponents: { counter: { definitionPath: COUNTER, componentPath: "counter" } },
    });
  });

  test("a component offers its public functions, the app offers nothing", async () => {
    const { analysis } = (await evaluatePush(request)).response;
    expect(analysis[""]?.definition.exports.branch).toEqual([]);
    expect(analysis[COUNTER]?.definition.exports.branch.map(([name]) => name)).toEqual(["counts"]);
  });

  test("the app can be served: one component per mount, each with its modules", async () => {
    const mounts: [string, string][] = [
      ["counter", COUNTER],
      ["other", COUNTER],
    ];
    request.appDefinition.definition = source("convex.config.js", appConfig(mounts));
    const { app } = await evaluatePush(request);
    expect(app.root.modules["./messages.js"]).toBeDefined();
    expect(app.components.map(({ path }) => path)).toEqual(["counter", "other"]);
    expect(await app.components[1]?.modules["./counts.js"]?.()).toHaveProperty("add");
  });

  test("chunks shared by modules are imported but are no modules of the app", async () => {
    request.appDefinition.changedModules = [
      source("messages.js", `export { name } from "./_deps/CHUNK.js";`),
      source("_deps/CHUNK.js", `export const name = "shared";`),
    ];
    const { app, response } = await evaluatePush(request);
    expect(Object.keys(response.analysis[""]?.functions ?? {})).toEqual(["messages.js"]);
    expect(await app.root.modules["./messages.js"]?.()).toMatchObject({ name: "shared" });
  });

  test("a chunk that a function imports later is there, though its file is gone", async () => {
    request.appDefinition.changedModules = [
      source("messages.js", `export const load = () => import("./_deps/CHUNK.js");`),
      source("_deps/CHUNK.js", `export const name = "late";`),
    ];
    const { app } = await evaluatePush(request);
    const module = await app.root.modules["./messages.js"]?.();
    expect(await (module?.load as () => Promise<unknown>)()).toMatchObject({ name: "late" });
  });

  test("no temporary files stay behind", async () => {
    const folder = await mkdtemp(join(tmpdir(), "convex-suite-test-"));
    vi.stubEnv("TMPDIR", folder);
    await evaluatePush(request);
    expect(await readdir(folder)).toEqual([]);
    await rmdir(folder);
  });
});

describe("a push with errors", () => {
  test("a module that throws at import fails the push and names the module", async () => {
    request.appDefinition.changedModules.push(source("bad.js", `throw new Error("no key");`));
    await expect(evaluatePush(request)).rejects.toMatchObject({
      code: "InvalidModules",
      message: '"bad.js" of the app failed to load: no key (bad.js:1)',
    });
  });

  test("a ConvexError at import is said by its own message, not as JSON", async () => {
    const data = `{ code: "INVALID_ARGUMENT", message: "rate must be positive." }`;
    const text = `throw Object.assign(new Error("{json}"), { data: ${data} });`;
    request.appDefinition.changedModules.push(source("bad.js", text));
    await expect(evaluatePush(request)).rejects.toThrow(
      '"bad.js" of the app failed to load: rate must be positive. (bad.js:1)',
    );
  });

  test("an error at import is located in the sources when there is a source map", async () => {
    const sourceMap = JSON.stringify({
      version: 3,
      sources: ["../convex/bad.ts"],
      names: [],
      // Column 0 of line 1 comes from column 0 of line 3.
      mappings: "AAEA",
    });
    request.appDefinition.changedModules.push({
      ...source("bad.js", `throw new Error("no key");`),
      sourceMap,
    });
    await expect(evaluatePush(request)).rejects.toThrow("no key (convex/bad.ts:3)");
  });

  test("an error in a component names the component", async () => {
    request.componentDefinitions[0]?.functions.push(source("bad.js", `throw new Error("no key");`));
    await expect(evaluatePush(request)).rejects.toThrow(
      '"bad.js" of component components/counter/src/component failed to load: no key',
    );
  });

  test("a module path that a deployment refuses is refused", async () => {
    request.appDefinition.changedModules.push(source("my-file.js", ""));
    await expect(evaluatePush(request)).rejects.toThrow(
      "my-file.js is not a valid path to a Convex module",
    );
  });

  test("a schema that is no schema is refused", async () => {
    request.appDefinition.schema = source("schema.js", "export default 5;");
    await expect(evaluatePush(request)).rejects.toMatchObject({
      code: "InvalidSchema",
      message: "schema.ts of the app must export `defineSchema({ ... })` as default.",
    });
  });

  test("a configuration without a definition is refused", async () => {
    request.appDefinition.definition = source("convex.config.js", "export const app = {};");
    await expect(evaluatePush(request)).rejects.toThrow(
      "convex.config.ts of the app must export `defineApp()` or `defineComponent()` as default.",
    );
  });

  test("a component that the push does not contain is named", async () => {
    request.componentDefinitions = [];
    await expect(evaluatePush(request)).rejects.toThrow(`Unknown component ${COUNTER}`);
  });

  test("two mounts of one name are refused, with the way out", async () => {
    const mounts: [string, string][] = [
      ["counter", COUNTER],
      ["counter", COUNTER],
    ];
    request.appDefinition.definition = source("convex.config.js", appConfig(mounts));
    await expect(evaluatePush(request)).rejects.toThrow(
      'mounts two components as "counter": give one another name',
    );
  });

  test("components that mount each other are refused instead of evaluated for ever", async () => {
    request.componentDefinitions[0]?.dependencies.push(COUNTER);
    await expect(evaluatePush(request)).rejects.toThrow("Components mount each other");
  });
});

function source(path: string, text: string): ModuleSource {
  return { path, source: text, environment: "isolate" };
}

/** What `query()` and its siblings leave on the function, without bundling them in. */
function registered(name: string, kind: string, visibility: string): string {
  return `export const ${name} = Object.assign(() => null, { ${kind}: true, ${visibility}: true });`;
}

function appConfig(mounts: [name: string, path: string][]): string {
  const childComponents = mounts.map(([name, path]) => ({ name, path, env: null }));
  return config({ definitionType: { type: "app" }, childComponents });
}

function componentConfig(name: string): string {
  return config({ definitionType: { type: "childComponent", name }, childComponents: [] });
}

function config(definition: object): string {
  const exported = { httpMounts: {}, exports: { type: "branch", branch: [] }, ...definition };
  return `export default { export: () => (${JSON.stringify(exported)}) };`;
}
