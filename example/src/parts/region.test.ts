import { expect, test } from "vitest";
import { region } from "./region.js";

const SOURCE = ["a", "// #region one", "b", "", "c", "// #endregion", "d"].join("\n");

test("a region is what stands between its markers", () => {
  expect(region(SOURCE, "one")).toBe("b\n\nc");
});

test("a region that does not exist is an error naming those that do", () => {
  expect(() => region(SOURCE, "two")).toThrow('No region "two" in the source. There are: one.');
});
