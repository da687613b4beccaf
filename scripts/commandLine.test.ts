import { expect, test } from "vitest";
import { parseCommandLine } from "./commandLine.ts";

const parse = (...args: string[]) =>
  parseCommandLine("npm start -- --help", { args, options: { port: { type: "string" } } });

test("options are parsed", () => {
  expect(parse("--port", "1").values.port).toBe("1");
});

test.each([
  [["--prot", "1"], "Unknown option '--prot'. For the options: npm start -- --help"],
  [["--port"], "Option '--port <value>' argument missing. For the options: npm start -- --help"],
  [["5173"], "Unexpected argument '5173'. For the options: npm start -- --help"],
])("%j is refused in one line that says where to read on", (args, message) => {
  expect(() => parse(...args)).toThrow(message);
  expect(() => parse(...args)).toThrow(/^[^\n]*For the options: npm start -- --help$/);
});
