/* eslint-disable no-console -- what functions print is what is tested */
import {
  actionGeneric,
  internalMutationGeneric,
  mutationGeneric,
  queryGeneric,
} from "convex/server";
import { expect, test } from "vitest";
import { appWith, extra } from "../testing/extra.ts";
import { serve } from "../testing/serve.ts";

async function linesOf(handler: () => void): Promise<string[]> {
  const { engine } = await serve(appWith({ print: queryGeneric(handler) }));
  return (await engine.runFunction("extra:print", {})).logLines;
}

test("every method of the console has its level, and strings are quoted", async () => {
  const lines = await linesOf(() => {
    console.log("log", 1, null, undefined, [1n]);
    console.debug("debug");
    console.info("info");
    console.warn("warn");
    console.error(new RangeError("error").message);
  });
  expect(lines).toEqual([
    "[LOG] 'log' 1 null undefined [ 1n ]",
    "[DEBUG] 'debug'",
    "[INFO] 'info'",
    "[WARN] 'warn'",
    "[ERROR] 'error'",
  ]);
});

test("tables and counters are printed as Node prints them", async () => {
  const lines = await linesOf(() => {
    console.count("calls");
    console.table([{ a: 1 }]);
  });
  expect(lines).toEqual(["[LOG] calls: 1", expect.stringMatching(/^\[LOG\] ┌.*a.*1.*┘$/s)]);
});

test("after 256 lines a call prints no more", async () => {
  const lines = await linesOf(() => {
    for (let i = 0; i < 300; i += 1) console.log(i);
  });
  expect(lines).toHaveLength(257);
  expect(lines.slice(255)).toEqual([
    "[LOG] 255",
    "[ERROR] Log overflow (maximum 256). Remaining log lines omitted.",
  ]);
});

test("what nested functions print belongs to the call that was made", async () => {
  const { engine, lines } = await serve(
    appWith({
      outer: actionGeneric(async (ctx) => {
        console.log("outer");
        await ctx.runMutation(extra("middle"), {});
      }),
      middle: internalMutationGeneric(async (ctx) => {
        console.log("middle");
        await ctx.runMutation(extra("inner"), {});
      }),
      inner: mutationGeneric(() => console.log("inner")),
    }),
  );
  const logLines = ["[LOG] 'outer'", "[LOG] 'middle'", "[LOG] 'inner'"];
  expect(await engine.runFunction("extra:outer", {})).toMatchObject({ logLines });
  expect(lines).toEqual(logLines.map((line) => `[CONVEX A(extra:outer)] ${line}`));
});

test("calls at the same time keep their lines apart", async () => {
  const { engine } = await serve(
    appWith({
      print: actionGeneric(async (_ctx, { name }: { name: string }) => {
        console.log(name, 1);
        await new Promise((resolve) => setTimeout(resolve, 5));
        console.log(name, 2);
      }),
    }),
  );
  const names = ["a", "b", "c"];
  const responses = await Promise.all(
    names.map((name) => engine.runFunction("extra:print", { name })),
  );
  expect(responses.map(({ logLines }) => logLines)).toEqual(
    names.map((name) => [`[LOG] '${name}' 1`, `[LOG] '${name}' 2`]),
  );
});

test("whoever shows a line may use timers, although the function that printed may not", async () => {
  const shown: string[] = [];
  const app = appWith({ print: mutationGeneric(() => console.log("hi")) });
  const log = (line: string) => void setTimeout(() => shown.push(line));
  const { engine } = await serve(app, { log });
  expect(await engine.runFunction("extra:print", {})).toMatchObject({ status: "success" });
  await expect.poll(() => shown).toEqual(["[CONVEX M(extra:print)] [LOG] 'hi'"]);
});
