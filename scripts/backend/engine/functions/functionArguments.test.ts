import { convexToJson } from "convex/values";
import { expect, test } from "vitest";
import { decodeArguments } from "./functionArguments.ts";

const NO_VALUE = "The arguments are not a valid encoding of Convex values: ";

test("arguments arrive as they were sent", () => {
  const args = { int: 3n, float: -0, nested: [{ text: "😀" }], bytes: new ArrayBuffer(2) };
  expect(decodeArguments(convexToJson(args))).toEqual(args);
});

test.for([
  ["null", null, "Validator error: Expected `object`, got `null`"],
  ["a list", [{}], "Validator error: Expected `object`, got `[{}]`"],
  ["an int64", { $integer: "AQAAAAAAAAA=" }, "Validator error: Expected `object`, got `{"],
  ["base64 that is none", { a: { $integer: "zzz" } }, `${NO_VALUE}Invalid string.`],
  ["a short int64", { a: { $integer: "AAAA" } }, `${NO_VALUE}Received 3 bytes, expected 8`],
  ["a reserved field", { a: { $b: 1, c: 2 } }, `${NO_VALUE}Field name $b starts with a '$'`],
  ["half a character", { a: ["x\ud83d"] }, `${NO_VALUE}"x\\ud83d" has a lone surrogate`],
] as const)("%s is refused in one line", ([, json, message]) => {
  expect(() => decodeArguments(json as never)).toThrow(message);
});
