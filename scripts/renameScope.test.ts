import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readHome, type Home } from "./scope/config.ts";
import { renameScope, unstamped } from "./scope/rename.ts";
import { textFiles } from "./textFiles.ts";

const REPOSITORY = resolve(import.meta.dirname, "..");

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "rename-scope-"));
});

afterAll(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

describe("this repository", () => {
  const original = readHome(REPOSITORY);
  // Not written out, because this file is among those that are renamed.
  const other: Home = {
    scope: ["@", "a-much-longer-scope-than-ours"].join(""),
    repository: ["https://gitlab.com", "other", "place"].join("/"),
  };

  beforeAll(() => {
    for (const file of [...textFiles(REPOSITORY), ".prettierignore"]) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      copyFileSync(join(REPOSITORY, file), join(root, file));
    }
  });

  test("carries the configured scope in every package", () => {
    expect(unstamped(REPOSITORY)).toEqual([]);
  });

  test("has the same bytes after it was renamed and renamed back", async () => {
    const files = textFiles(root);
    const before = files.map(read);
    const changed = await renameScope(root, other);
    expect(changed).toContain("package.json");
    expect(changed).toContain("eslint.config.js");
    for (const file of files) {
      expect(read(file), file).not.toContain(`${original.scope}/`);
      expect(read(file), file).not.toContain(original.repository);
    }
    expect(readHome(root)).toEqual(other);
    expect(unstamped(root)).toEqual([]);
    expect(await renameScope(root, other)).toEqual([]);
    expect(await renameScope(root, original)).toEqual(changed);
    files.forEach((file, index) => expect(read(file), file).toBe(before[index]));
  }, 60_000);
});

describe("a small tree", () => {
  const from = { scope: "@aa", repository: "https://github.com/aa/suite" };
  const to = { scope: "@bb", repository: "https://gitlab.com/group/bb" };
  const config = (home: Home) => `${JSON.stringify({ private: true, config: home }, null, 2)}\n`;

  beforeEach(() => {
    rmSync(root, { recursive: true });
    write("package.json", config(from));
    write("components/one/package.json", '{ "name": "one", "license": "MIT", "type": "module" }');
  });

  test("gets name and links in every package, beside its license", async () => {
    expect(unstamped(root)).toEqual([
      "components/one/package.json: name, homepage, repository, bugs",
    ]);
    await renameScope(root, from);
    expect(Object.entries(JSON.parse(read("components/one/package.json")) as object)).toEqual([
      ["name", "@aa/one"],
      ["license", "MIT"],
      ["homepage", "https://github.com/aa/suite/tree/main/components/one#readme"],
      [
        "repository",
        {
          type: "git",
          url: "git+https://github.com/aa/suite.git",
          directory: "components/one",
        },
      ],
      ["bugs", { url: "https://github.com/aa/suite/issues" }],
      ["type", "module"],
    ]);
  });

  test.each([
    ['import { x } from "@aa/one";\n', 'import { x } from "@bb/one";\n'],
    ["Published as @aa.\n", "Published as @bb.\n"],
    ["@aa-other/one and me@aa.dev\n", "@aa-other/one and me@aa.dev\n"],
    ["https://github.com/aa/suite.git\n", "https://gitlab.com/group/bb.git\n"],
    ["https://github.com/aa/suite-docs\n", "https://github.com/aa/suite-docs\n"],
  ])("turns %j into %j", async (before, after) => {
    const file = before.startsWith("import") ? "code.ts" : "text.md";
    write(file, before);
    await renameScope(root, to);
    expect(read(file)).toBe(after);
  });

  test("stays aligned where a table quotes the scope", async () => {
    write("README.md", "| a     | b   |\n| ----- | --- |\n| `@aa` | x   |\n");
    await renameScope(root, { ...to, scope: "@longer" });
    expect(read("README.md")).toBe(
      "| a         | b   |\n| --------- | --- |\n| `@longer` | x   |\n",
    );
  });

  test("is left alone when it already speaks of the new scope", async () => {
    write("README.md", "See @bb/one.\n");
    await expect(renameScope(root, to)).rejects.toThrow("README.md already speaks of @bb");
    expect(read("package.json")).toBe(config(from));
  });

  test.each([
    [{ ...to, scope: "bb" }, '"bb" is not an npm scope'],
    [{ ...to, scope: "@Bb" }, '"@Bb" is not an npm scope'],
    [{ ...to, scope: "@bb/one" }, '"@bb/one" is not an npm scope'],
    [{ ...to, repository: "github.com/x/y" }, '"github.com/x/y" is not a repository'],
    [{ ...to, repository: "http://github.com/x/y" }, "is not a repository"],
    [{ ...to, repository: "https://github.com/x" }, "is not a repository"],
    [{ ...to, repository: "https://github.com/x/y#z" }, "is not a repository"],
  ])("is left alone when asked for %j", async (home, message) => {
    await expect(renameScope(root, home)).rejects.toThrow(message);
  });

  test("takes a clone address for the page it belongs to", async () => {
    await renameScope(root, { ...to, repository: `${to.repository}.git` });
    expect(readHome(root)).toEqual(to);
  });

  test("without a configured scope says what is missing", async () => {
    write("package.json", "{}");
    await expect(renameScope(root, to)).rejects.toThrow('package.json needs "config"');
  });
});
