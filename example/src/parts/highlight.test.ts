import { expect, test } from "vitest";
import { highlight } from "./highlight.js";

const CODE = 'const wait = call("new `x`", 1_000); // return `later`\n';

test("every piece of code comes back, in order", () => {
  expect(
    highlight(CODE)
      .map(({ text }) => text)
      .join(""),
  ).toBe(CODE);
});

test("keywords in strings and comments are not keywords", () => {
  const coloured = highlight(CODE).filter(({ kind }) => kind !== "plain");
  expect(coloured).toEqual([
    { kind: "keyword", text: "const" },
    { kind: "name", text: "call" },
    { kind: "string", text: '"new `x`"' },
    { kind: "number", text: "1_000" },
    { kind: "comment", text: "// return `later`" },
  ]);
});
