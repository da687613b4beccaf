import { expect, test } from "vitest";
import { fileBasedExports } from "./exports.ts";
import type { AnalyzedFunction, AnalyzedModule } from "./wire.ts";

test("public functions are offered under their file paths, in order", () => {
  expect(
    fileBasedExports({
      "limits.js": module(["reset", "public"], ["check", "public"]),
      "admin/keys.js": module(["list", "public"]),
    }),
  ).toEqual({
    type: "branch",
    branch: [
      ["admin", branch(["keys", branch(["list", leaf("_reference/function/admin/keys.js:list")])])],
      [
        "limits",
        branch(
          ["check", leaf("_reference/function/limits.js:check")],
          ["reset", leaf("_reference/function/limits.js:reset")],
        ),
      ],
    ],
  });
});

test("internal functions and modules without public ones are not offered", () => {
  const modules = { "limits.js": module(["sweep", "internal"]), "model/shards.js": module() };
  expect(fileBasedExports(modules)).toEqual({ type: "branch", branch: [] });
});

test("a function and a file of the same path fail the push", () => {
  const modules = { "a.js": module(["b", "public"]), "a/b.js": module(["c", "public"]) };
  const reversed = Object.fromEntries(Object.entries(modules).reverse());
  const message = 'A function and a file both want to be called "a.b": rename one of them.';
  expect(() => fileBasedExports(modules)).toThrow(message);
  expect(() => fileBasedExports(reversed)).toThrow(message);
});

function module(...functions: [name: string, kind: "public" | "internal"][]): AnalyzedModule {
  return {
    functions: functions.map(([name, kind]): AnalyzedFunction => ({
      name,
      pos: null,
      udfType: "Query",
      visibility: { kind },
      args: null,
      returns: null,
    })),
    httpRoutes: null,
    cronSpecs: null,
    sourceMapped: null,
  };
}

function branch(...entries: [string, unknown][]) {
  return { type: "branch", branch: entries };
}

function leaf(reference: string) {
  return { type: "leaf", leaf: reference };
}
