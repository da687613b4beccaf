import {
  actionGeneric,
  cronJobs,
  httpActionGeneric,
  httpRouter,
  internalActionGeneric,
  internalMutationGeneric,
  makeFunctionReference,
  queryGeneric,
} from "convex/server";
import { v } from "convex/values";
import { describe, expect, test } from "vitest";
import { analyzeModule } from "./analyze.ts";

const handler = () => Promise.resolve(null);
const analyze = (module: Record<string, unknown>) => analyzeModule("limits.js", module);

describe("functions", () => {
  test("kind and visibility are those the function was registered with", () => {
    const { functions } = analyze({
      list: queryGeneric({ handler }),
      sweep: internalMutationGeneric({ handler }),
      send: actionGeneric({ handler }),
      default: internalActionGeneric({ handler }),
    });
    expect(functions.map(({ name, udfType, visibility }) => [name, udfType, visibility])).toEqual([
      ["list", "Query", { kind: "public" }],
      ["sweep", "Mutation", { kind: "internal" }],
      ["send", "Action", { kind: "public" }],
      ["default", "Action", { kind: "internal" }],
    ]);
  });

  test("validators are exported with sorted fields", () => {
    const [list] = analyze({
      list: queryGeneric({
        args: { z: v.number(), a: v.optional(v.string()) },
        returns: v.null(),
        handler,
      }),
    }).functions;
    expect(Object.keys(JSON.parse(list?.args ?? "").value)).toEqual(["a", "z"]);
    expect(list?.returns).toBe('{"type":"null"}');
  });

  test("a function without validators takes anything and promises nothing", () => {
    const [list] = analyze({ list: queryGeneric({ handler }) }).functions;
    expect(list).toMatchObject({ args: '{"type":"any"}', returns: "null" });
  });

  test("constants, helpers and HTTP actions are not functions of the app", () => {
    const other = { LIMIT: 5, nothing: null, helper: () => 1, hook: httpActionGeneric(fail) };
    expect(analyze(other).functions).toEqual([]);
  });

  test("an invalid validator fails the push and names the function", () => {
    const broken = Object.assign(() => null, {
      isQuery: true,
      isPublic: true,
      exportArgs: () => {
        throw new Error("entries must be validators");
      },
    });
    expect(() => analyze({ broken })).toThrow(
      '"limits.js:broken" has an invalid `args` validator: entries must be validators',
    );
  });

  test("a function that is both public and internal fails the push", () => {
    const both = Object.assign(() => null, { isQuery: true, isPublic: true, isInternal: true });
    expect(() => analyze({ both })).toThrow('"limits.js:both" is both public and internal.');
  });
});

describe("routes and crons", () => {
  test("HTTP routes are listed with path and method", () => {
    const http = httpRouter();
    http.route({ path: "/hook", method: "POST", handler: httpActionGeneric(fail) });
    expect(analyze({ default: http }).httpRoutes).toEqual([
      { route: { path: "/hook", method: "POST" }, pos: null },
    ]);
  });

  test("cron jobs are listed by name", () => {
    const crons = cronJobs();
    crons.interval("sweep", { hours: 1 }, makeFunctionReference<"mutation">("limits:sweep"));
    const { cronSpecs } = analyze({ default: crons });
    expect(cronSpecs).toEqual([["sweep", expect.objectContaining({ name: "limits:sweep" })]]);
  });

  test("a module without them has none", () => {
    expect(analyze({ default: {} })).toMatchObject({ httpRoutes: null, cronSpecs: null });
  });
});

function fail(): Promise<Response> {
  throw new Error("never called");
}
