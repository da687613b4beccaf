import { componentsGeneric, queryGeneric, type FunctionReference } from "convex/server";
import { ConvexError } from "convex/values";
import { expect, test } from "vitest";
import { appWith } from "../testing/extra.ts";
import { serve } from "../testing/serve.ts";
import { failureOf } from "./functionErrors.ts";

const unreadable = Object.defineProperty(new Error(), "message", {
  get: () => {
    throw new Error("unreadable");
  },
});

test.for([
  ["nothing", undefined, "undefined"],
  ["null", null, "null"],
  ["a symbol", Symbol("s"), "Symbol(s)"],
  ["text", "text", "text"],
  ["an object", { a: 1 }, "{ a: 1 }"],
  ["an object without a prototype", Object.create(null), "[Object: null prototype] {}"],
  ["an error whose message throws", unreadable, "something that cannot be shown"],
  ["a ConvexError with data that is no value", new ConvexError(Symbol() as never), "cannot be"],
])("%s that is thrown is described", ([, thrown, expected]) => {
  expect(failureOf(thrown, true).errorMessage).toMatch(/^Uncaught Error: /);
  expect(failureOf(thrown, true).errorMessage).toContain(expected);
});

test("whatever a function throws, its caller is answered", async () => {
  const handler = () => {
    throw Object.create(null);
  };
  const { engine } = await serve(appWith({ fail: queryGeneric({ args: {}, handler }) }));
  expect(await engine.runFunction("extra:fail", {})).toMatchObject({
    errorMessage: "Uncaught Error: [Object: null prototype] {}",
  });
});

test("a component that is not mounted is named, with the way out", async () => {
  const { rateLimiter } = componentsGeneric() as unknown as {
    rateLimiter: { limits: { check: FunctionReference<"query", "internal"> } };
  };
  const { engine } = await serve(
    appWith({ ask: queryGeneric((ctx) => ctx.runQuery(rateLimiter.limits.check, {})) }),
  );
  expect(await engine.runFunction("extra:ask", {})).toMatchObject({
    errorMessage:
      'Uncaught Error: Component "rateLimiter" is not mounted: ' +
      "import it in convex.config.ts and app.use(...) it.",
  });
});
