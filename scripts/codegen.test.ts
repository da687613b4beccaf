import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { codegen, generate } from "./codegen.ts";
import { createProject, type Project } from "./testing/project.ts";

// Each call runs the CLI once or twice, a second or two each, more on a busy machine.
describe("codegen through the real CLI", { timeout: 120_000 }, () => {
  let project: Project;
  beforeAll(async () => {
    project = await createProject();
  });
  afterAll(() => project[Symbol.asyncDispose]());

  const generated = "components/counter/src/component/_generated";
  const driftOf = async (...names: string[]) => {
    const { drift } = await generate(project.root, names);
    return drift.map(({ file, kind }) => `${kind} ${file.slice(project.root.length + 1)}`);
  };

  test("a component and an app start from nothing with one command", async () => {
    expect(await driftOf()).toEqual([
      ...["api.ts", "component.ts", "dataModel.ts", "server.ts"].map(
        (file) => `missing ${generated}/${file}`,
      ),
      ...["api.d.ts", "api.js", "dataModel.d.ts", "server.d.ts", "server.js"].map(
        (file) => `missing example/convex/_generated/${file}`,
      ),
    ]);
    const component = await readFile(join(project.root, generated, "component.ts"), "utf8");
    expect(component).toContain("{ amount: number; name: string }");
    expect(component).not.toContain("secret");
  });

  test("generating again changes nothing", async () => {
    expect(await driftOf()).toEqual([]);
  });

  test("a file that was edited, one that was deleted and one too many are drift", async () => {
    await project.write(`${generated}/component.ts`, "export type ComponentApi = any;");
    await project.remove(`${generated}/server.ts`);
    await project.write(`${generated}/old.ts`, "");
    expect(await driftOf("counter")).toEqual([
      `changed ${generated}/component.ts`,
      `stale ${generated}/old.ts`,
      `missing ${generated}/server.ts`,
    ]);
    expect(await driftOf("counter")).toEqual([]);
  });

  test("a function that was added is drift of its component", async () => {
    const source = `
      import { query } from "./_generated/server.js";
      export const total = query({ args: {}, handler: async () => 1 });`;
    await project.write("components/counter/src/component/totals.ts", source);
    expect(await driftOf("counter")).toEqual([
      `changed ${generated}/api.ts`,
      `changed ${generated}/component.ts`,
    ]);
  });

  test("an error in a component is said with the component's name", async () => {
    const file = "components/counter/src/component/bad.ts";
    await project.write(file, `export const limit = JSON.parse("{");`);
    await expect(driftOf("counter")).rejects.toThrow(
      /^counter: InvalidModules: "bad.js" of component \S+ failed to load: .* \(\S+bad.ts:1\)$/,
    );
    await project.remove(file);
  });

  test("--check names the files and fails, then the files are up to date and it passes", async () => {
    const printed: string[] = [];
    const check = () => codegen(["--check", "counter"], project.root, (text) => printed.push(text));
    await project.remove("components/counter/src/component/totals.ts");
    expect(await check()).toBe(1);
    expect(printed).toEqual([
      "Generated code of counter.",
      "Checked-in generated code is out of date. It is regenerated now: look at it, commit it.",
      `  ${generated}/api.ts differs from what the sources generate`,
      `  ${generated}/component.ts differs from what the sources generate`,
    ]);
    expect(await check()).toBe(0);
  });

  test("a component that does not exist is refused with those that do", async () => {
    await expect(driftOf("counterr")).rejects.toThrow(
      'No component is called "counterr". There are: counter, example.',
    );
  });
});
