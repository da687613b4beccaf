import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { formatAnswers, isAsExpected } from "./table.ts";

const GRANTED = {
  component: "rate-limiter",
  asked: "a call",
  expected: "granted",
  seen: "granted",
};

test("an answer is right only if it is worded as expected", () => {
  expect(isAsExpected(GRANTED)).toBe(true);
  expect(isAsExpected({ ...GRANTED, seen: "Granted" })).toBe(false);
});

test("the table lines its columns up and marks what differs", () => {
  const table = formatAnswers([GRANTED, { ...GRANTED, asked: "one more call", seen: "refused" }]);
  expect(stripVTControlCharacters(table).split("\n")).toEqual([
    "   component     asked          expected  seen",
    "✓  rate-limiter  a call         granted   granted",
    "✗  rate-limiter  one more call  granted   refused",
  ]);
});
