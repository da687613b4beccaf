import { fc, test } from "@fast-check/vitest";
import { compareValues } from "convex/values";
import { expect } from "vitest";
import { endOfPrefix } from "./names.js";

test.each([
  ["", null],
  ["a", "b"],
  ["post:", "post;"],
  ["\u{D7FF}", "\u{E000}"],
  ["\u{FFFF}", "\u{10000}"],
  ["a\u{10FFFF}\u{10FFFF}", "b"],
  ["\u{10FFFF}", null],
])("names that begin with %j come before %j", (prefix, end) => {
  expect(endOfPrefix(prefix)).toBe(end);
});

const texts = fc.string({ unit: "binary", maxLength: 4 });

test.prop([texts, texts], { numRuns: 1000 })(
  "a name comes between a prefix and its end exactly if it begins so",
  (prefix, text) => {
    const end = endOfPrefix(prefix);
    for (const name of [text, prefix + text]) {
      const isBefore = end === null || compareValues(name, end) < 0;
      expect(compareValues(name, prefix) >= 0 && isBefore).toBe(name.startsWith(prefix));
    }
  },
);
