import { expect, test } from "vitest";
import { formatWait } from "./formatWait.js";

test.each([
  [-5, "0.0 s"],
  [1, "0.1 s"],
  [5_901, "6.0 s"],
  [9_999, "10.0 s"],
  [10_001, "11 s"],
  [60_000, "1 min 0 s"],
  [124_500, "2 min 5 s"],
])("%d ms is %s", (waitMs, text) => {
  expect(formatWait(waitMs)).toBe(text);
});
