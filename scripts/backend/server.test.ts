import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { runConvexCli } from "../convexCli.ts";
import { listen } from "../listen.ts";
import { createProject, type Project } from "../testing/project.ts";
import { createBackendServer, type BackendServer } from "./server.ts";

const list = makeFunctionReference<"query", Record<string, never>, string[]>("messages:list");

// Each push runs the real CLI, a second or two, more on a busy machine.
describe("a server that apps are pushed to", { timeout: 120_000 }, () => {
  let project: Project;
  let backend: BackendServer;
  let url: string;
  let logged: string[];

  beforeEach(async () => {
    project = await createProject();
    logged = [];
    backend = createBackendServer((line) => logged.push(line));
    url = await listen(backend.http, { number: 0, flag: "" });
  });
  afterEach(async () => {
    await backend.close();
    await project[Symbol.asyncDispose]();
  });

  const cli = (...args: string[]) =>
    runConvexCli({ projectFolder: project.exampleFolder, url, args });
  const push = () => cli("deploy", "--typecheck", "disable", "--live-component-sources");
  const messages = () => new ConvexHttpClient(url).query(list);

  test("an app is served after its push, with seeded data", async () => {
    const before = await fetch(`${url}/api/query`, { method: "POST", body: "{}" });
    expect([before.status, await before.text()]).toEqual([503, "No app has been pushed yet."]);
    await push();
    expect(await messages()).toEqual(["seeded"]);
  });

  test("nobody is let in before the app has its data, however long that takes", async () => {
    await project.write(
      "example/convex/seed.ts",
      `import { makeFunctionReference } from "convex/server";
       import { internalAction, internalMutation } from "./_generated/server.js";
       export const insert = internalMutation({
         handler: async (ctx) => void (await ctx.db.insert("messages", { body: "late" })),
       });
       export default internalAction({
         handler: async (ctx) => {
           await new Promise((resolve) => setTimeout(resolve, 300));
           await ctx.runMutation(makeFunctionReference("seed:insert"), {});
         },
       });`,
    );
    const pushed = push();
    let first = await messages().catch(() => null);
    while (first === null) {
      await sleep(10);
      first = await messages().catch(() => null);
    }
    await pushed;
    expect(first).toEqual(["late"]);
  });

  test("a client that hangs up while it asks for a websocket does no harm", () => {
    const socket = new PassThrough();
    backend.http.emit("upgrade", { url: "/api/1.0.0/sync" }, socket, Buffer.alloc(0));
    expect(() => socket.emit("error", new Error("ECONNRESET"))).not.toThrow();
  });

  test("clients of the version before reconnect and see the new one", async () => {
    await push();
    const client = new ConvexClient(url, { logger: false });
    const seen: string[][] = [];
    client.onUpdate(list, {}, (result) => seen.push(result));
    await vi.waitFor(() => expect(seen.at(-1)).toEqual(["seeded"]));
    await replaceSeed("seeded again");
    await push();
    await vi.waitFor(() => expect(seen.at(-1)).toEqual(["seeded again"]), 40_000);
    await client.close();
  });

  test("a push that fails changes nothing for those who are served", async () => {
    await push();
    await project.write("example/convex/bad.ts", `export const limit = JSON.parse("{");`);
    await replaceSeed("never seen");
    await expect(push()).rejects.toThrow('InvalidModules: "bad.js" of the app failed to load');
    expect(await messages()).toEqual(["seeded"]);
    await project.remove("example/convex/bad.ts");
    await project.write("example/convex/bad.ts", "export const limit = ;");
    await expect(push()).rejects.toThrow('✘ [ERROR] Unexpected ";"\n    convex/bad.ts:1:21:');
    expect(await messages()).toEqual(["seeded"]);
  });

  test("an app whose seed fails is served without data, and the reason is logged", async () => {
    await project.write(
      "example/convex/seed.ts",
      `import { internalMutation } from "./_generated/server.js";
       export default internalMutation({ handler: () => { throw new Error("no seeds"); } });`,
    );
    await push();
    expect(logged.join("\n")).toContain("seed failed: Uncaught Error: no seeds");
    expect(await messages()).toEqual([]);
  });

  test("convex run reaches internal functions and those of components", async () => {
    await push();
    await cli("run", "seed");
    expect(await messages()).toEqual(["seeded", "seeded"]);
    await cli("run", "--component", "counter", "counts:secret");
    await expect(cli("run", "counts:add")).rejects.toThrow(
      'There is no function "counts:add". There are: messages:list, seed:default.',
    );
    await expect(cli("run", "--component", "nope", "counts:add")).rejects.toThrow("'nope'");
  });

  function replaceSeed(body: string): Promise<void> {
    return project.write(
      "example/convex/seed.ts",
      `import { internalMutation } from "./_generated/server.js";
       export default internalMutation({
         handler: async (ctx) => void (await ctx.db.insert("messages", { body: "${body}" })),
       });`,
    );
  }
});
