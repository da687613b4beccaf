import { expect, test } from "vitest";
import { createEngine } from "./engine.ts";
import { api } from "./testing/api.ts";
import { testApp } from "./testing/app.ts";
import { connectMessage, openRaw } from "./testing/rawClient.ts";
import { serve } from "./testing/serve.ts";

test("an administrator runs internal functions", async () => {
  const { engine } = await serve();
  expect(await engine.runFunction("messages:hidden", {})).toEqual({
    status: "success",
    value: "internal",
    logLines: [],
  });
});

test("an administrator runs functions of a component, and subscribers see it", async () => {
  const { engine, http } = await serve();
  const options = { componentPath: "counter" };
  await engine.runFunction("counts:add", { name: "visits" }, options);
  expect(await engine.runFunction("counts:get", { name: "visits" }, options)).toMatchObject({
    value: 1,
  });
  expect(await http.query(api.counts.get, { name: "visits" })).toBe(1);
  expect(engine.stats.commits).toBe(1);
});

test("an administrator runs actions", async () => {
  const { engine } = await serve();
  await engine.runFunction("messages:sendFromAction", { author: "ann", body: "hi" });
  expect(await engine.runFunction("messages:list", { author: "ann" })).toMatchObject({
    value: [{ body: "hi" }],
  });
});

test("an administrator is told about a function or component that is not there", async () => {
  const { engine } = await serve();
  const messageOf = async (path: string, componentPath?: string) => {
    const response = await engine.runFunction(path, {}, componentPath ? { componentPath } : {});
    return response.status === "error" ? response.errorMessage : response;
  };
  expect(await messageOf("messages:nope")).toBe(
    "Could not find function for 'messages:nope' in the app.",
  );
  expect(await messageOf("messages")).toBe("Could not find function for 'messages' in the app.");
  expect(await messageOf("counts:nope", "counter")).toBe(
    "Could not find function for 'counts:nope' in component 'counter'.",
  );
  expect(await messageOf("counts:add", "workpool")).toBe(
    "There is no component at 'workpool'. Mounted components: counter.",
  );
});

test("what functions print goes to the terminal and to the caller", async () => {
  const { engine, lines, url } = await serve();
  const logLines = ["[LOG] 'hello' { n: 1 }", "[WARN] 2"];
  expect(await engine.runFunction("meta:talk", {})).toMatchObject({ logLines });
  expect(lines).toEqual(logLines.map((line) => `[CONVEX M(meta:talk)] ${line}`));

  const client = await openRaw(url);
  client.send(connectMessage());
  client.send({ type: "Mutation", requestId: 0, udfPath: "meta:talk", args: [{}] });
  expect(await client.next("MutationResponse")).toMatchObject({ logLines });
});

test("a real client prints what functions print", async () => {
  const { client } = await serve();
  const printed: string[] = [];
  const print = (...args: unknown[]) => printed.push(args.join(" "));
  const logger = { log: print, warn: print, error: print, logVerbose: () => {} };
  await client({ logger }).mutation(api.meta.talk, {});
  expect(printed).toEqual([
    "%c[CONVEX M(meta:talk)] [LOG] color:rgb(0, 145, 255) 'hello' { n: 1 }",
    "%c[CONVEX M(meta:talk)] [WARN] color:rgb(0, 145, 255) 2",
  ]);
});

test("a closed engine has no clients, and a new one serves them from the start", async () => {
  const old = await serve();
  await old.http.mutation(api.messages.send, { author: "ann", body: "old" });
  const client = await openRaw(old.url);
  await old.engine.close();
  expect(await client.closed).toMatchObject({ code: 1001 });

  const { http } = await serve();
  expect(await http.query(api.messages.list, { author: "ann" })).toEqual([]);
});

test("a client that does not answer the closing handshake is cut off", async () => {
  const { engine, url } = await serve();
  const client = await openRaw(url);
  client.pause();
  const startedAt = Date.now();
  await engine.close();
  expect(Date.now() - startedAt).toBeLessThan(2000);
});

test("two engines of one app keep their data apart", async () => {
  const [first, second] = [createEngine(testApp), createEngine(testApp)];
  await first.runFunction("messages:send", { author: "ann", body: "first" });
  const list = (engine: typeof first) => engine.runFunction("messages:list", { author: "ann" });
  expect(await list(first)).toMatchObject({ value: [{ body: "first" }] });
  expect(await list(second)).toMatchObject({ value: [] });
  expect([first.stats.commits, second.stats.commits]).toEqual([1, 0]);
  await Promise.all([first.close(), second.close()]);
});

test("an app whose modules come from a glob with a path is found", async () => {
  const modules = Object.fromEntries(
    Object.entries(testApp.root.modules).map(([file, load]) => [`../convex/${file}`, load]),
  );
  modules["../convex/_generated/api.js"] = () => Promise.resolve({});
  const engine = createEngine({ ...testApp, root: { ...testApp.root, modules } });
  expect(await engine.runFunction("messages:hidden", {})).toMatchObject({ value: "internal" });
});

test("a component without a schema is served", async () => {
  const [counter] = testApp.components;
  const components = counter === undefined ? [] : [{ ...counter, schema: null }];
  const engine = createEngine({ root: { ...testApp.root, schema: null }, components });
  const options = { componentPath: "counter" };
  expect(await engine.runFunction("counts:nope", {}, options)).toMatchObject({ status: "error" });
});
