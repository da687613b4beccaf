import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pasteAll } from "./readme.ts";

const SOURCE = `import { x } from "x";

// #region outer
export const outer = () => {
  // #region inner
  if (x) {
    return 1;
  }
  // #endregion
};
// #endregion
`;

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "readme-"));
  write("example/convex/code.ts", SOURCE);
});

afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function pasted(markdown: string): string {
  write("README.md", markdown);
  expect(pasteAll(root, { check: false })).toEqual([]);
  return readFileSync(join(root, "README.md"), "utf8");
}

function checked(markdown: string, path = "README.md"): string[] {
  write(path, markdown);
  const wrong = pasteAll(root, { check: true });
  expect(readFileSync(join(root, path), "utf8")).toBe(markdown);
  return wrong;
}

const block = (marker: string, code: string) => `# Title\n\n${marker}\n\n${code}\n\nText\n`;

describe("pasting", () => {
  test("takes a region without its markers and without its indentation", () => {
    expect(pasted(block("<!-- code: example/convex/code.ts#inner -->", "```\nold\n```"))).toBe(
      block("<!-- code: example/convex/code.ts#inner -->", "```ts\nif (x) {\n  return 1;\n}\n```"),
    );
  });

  test("drops the markers of regions inside a region", () => {
    expect(pasted(block("<!-- code: example/convex/code.ts#outer -->", "```ts\n```"))).toContain(
      "```ts\nexport const outer = () => {\n  if (x) {\n    return 1;\n  }\n};\n```",
    );
  });

  test("takes a whole file when no region is named", () => {
    write("example/convex/convex.config.ts", "export default app;\n");
    expect(pasted(block("<!-- code: example/convex/convex.config.ts -->", "```\n```"))).toContain(
      "```ts\nexport default app;\n```",
    );
  });

  test("keeps the indentation of a block in a list", () => {
    const list = "- Do:\n\n  <!-- code: example/convex/code.ts#inner -->\n\n  ```ts\n  ```\n";
    expect(pasted(list)).toContain("  ```ts\n  if (x) {\n    return 1;\n  }\n  ```\n");
  });

  test("changes nothing the second time", () => {
    const once = pasted(block("<!-- code: example/convex/code.ts#outer -->", "```\nold\n```"));
    expect(pasted(once)).toBe(once);
    expect(checked(once)).toEqual([]);
  });
});

describe("checking", () => {
  test("names the file and the line of a block that drifted, and writes nothing", () => {
    const markdown = block("<!-- code: example/convex/code.ts#inner -->", "```ts\nold\n```");
    expect(checked(markdown, "components/a/README.md")).toEqual([
      "components/a/README.md:5: this block differs from example/convex/code.ts#inner.",
    ]);
  });

  test("refuses code that was typed by hand", () => {
    const [problem] = checked(block("Text", "```tsx\n<App />\n```"));
    expect(problem).toContain("README.md:5: this tsx block is typed by hand.");
  });

  test("accepts typed code that says why, and other languages as they are", () => {
    expect(checked(block("<!-- not pasted: an error on purpose -->", "```ts\nx y\n```"))).toEqual(
      [],
    );
    expect(checked(block("Text", "```sh\nnpm test\n```"))).toEqual([]);
  });

  test("does not take the comment of one block for the next", () => {
    const markdown = `${block("<!-- not pasted: why -->", "```ts\n```")}\n${block("", "```ts\n```")}`;
    expect(checked(markdown)).toHaveLength(1);
  });

  test.each([
    ["example/convex/code.ts#other", 'has no region "other"; it has: outer, inner.'],
    ["example/convex/none.ts#define", "example/convex/none.ts does not exist."],
    ["../outside.ts", "../outside.ts is outside the repository."],
  ])("says what is wrong with %s", (source, problem) => {
    const [first] = checked(block(`<!-- code: ${source} -->`, "```ts\n```"));
    expect(first).toContain(problem);
  });

  test("finds a comment that lost its block", () => {
    expect(checked("<!-- code: example/convex/code.ts#inner -->\n\nText\n")).toEqual([
      "README.md:1: no code block follows the comment for example/convex/code.ts#inner.",
    ]);
  });

  test("finds a region without an end and a region that is there twice", () => {
    write("example/convex/code.ts", "// #region a\n// #endregion\n// #region a\n// #region b\n");
    const problems = ["a", "b"].map((region) =>
      checked(block(`<!-- code: example/convex/code.ts#${region} -->`, "```ts\n```")),
    );
    expect(problems.flat()).toEqual([
      'README.md:5: example/convex/code.ts has 2 regions "a".',
      'README.md:5: example/convex/code.ts has no #endregion for region "b".',
    ]);
  });

  test("leaves changelogs alone", () => {
    expect(checked(block("", "```ts\n```"), "components/a/CHANGELOG.md")).toEqual([]);
  });
});
