import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { assertPortFree, listen } from "../listen.ts";
import { createProject, type Project } from "../testing/project.ts";
import { Development } from "./development.ts";

const list = makeFunctionReference<"query", Record<string, never>, string[]>("messages:list");
const BROKEN = `export const limit = JSON.parse("{");`;

/** A push takes a second or two, more on a busy machine. */
const PUSHED = { timeout: 40_000 };

describe("an app under development", { timeout: 120_000 }, () => {
  let project: Project;
  let development: Development;
  let logged: string[];

  beforeEach(async () => {
    project = await createProject();
    logged = [];
    development = develop({ root: project.root });
  });
  afterEach(async () => {
    await development.stop();
    await project[Symbol.asyncDispose]();
  });

  test("a change is pushed; one with an error leaves the version before serving", async () => {
    await development.start();
    expect(await messages()).toEqual(["seeded"]);

    await project.write("example/convex/bad.ts", BROKEN);
    await vi.waitFor(() => expect(logged.at(-1)).toContain("Push failed"), PUSHED);
    expect(logged.at(-1)).toMatch(
      /^Push failed; the version before keeps serving\.\n {2}InvalidModules: "bad\.js" of the app/,
    );
    expect(await messages()).toEqual(["seeded"]);

    await project.remove("example/convex/bad.ts");
    await project.write("example/convex/messages.ts", listing("changed"));
    await vi.waitFor(async () => expect(await messages()).toEqual(["changed"]), PUSHED);
  });

  test("a change of a component is pushed, one of a test is not", async () => {
    await development.start();
    const pushes = () => logged.filter(isPushed).length;
    expect(pushes()).toBe(1);
    await project.write("components/counter/src/component/counts.test.ts", BROKEN);
    await project.write("components/counter/src/component/more.ts", "export const MORE = 1;");
    await vi.waitFor(() => expect(pushes()).toBe(2), PUSHED);
    expect(logged.join("\n")).not.toContain("Push failed");
  });

  test("a change during the first push is pushed after it", async () => {
    const started = development.start();
    await vi.waitFor(() => expect(logged).toHaveLength(1), PUSHED);
    // The CLI has long begun, and takes longer still.
    await sleep(50);
    await project.write("example/convex/messages.ts", listing("changed"));
    await started;
    await vi.waitFor(() => expect(logged.filter(isPushed)).toHaveLength(2), PUSHED);
    expect(await messages()).toEqual(["changed"]);
  });

  test("an app with an error does not start, and leaves nothing running", async () => {
    await project.write("example/convex/bad.ts", BROKEN);
    const port = await findFreePort();
    development = develop({ root: project.root, backendPort: port });
    await expect(development.start()).rejects.toThrow('"bad.js" of the app failed to load');
    await development.stop();
    await assertPortFree({ number: port, flag: "--port" });
  });

  test("a busy port for the pages is found before anything is pushed", async () => {
    const server = createServer();
    const uiPort = portOf(await listen(server, { number: 0, flag: "" }));
    development = develop({ root: project.root, uiPort });
    const way = `another port: npm start -- --port ${uiPort + 1}`;
    await expect(development.start()).rejects.toThrow(way);
    expect(logged).toEqual([]);
    server.close();
  });

  function develop(options: { root: string; uiPort?: number; backendPort?: number }): Development {
    const log = (line: string) => logged.push(line);
    return new Development({ uiPort: null, backendPort: 0, ...options, log });
  }

  function messages(): Promise<string[]> {
    const url = logged.join("\n").match(/Backend: (\S+)/)?.[1] ?? "";
    return new ConvexHttpClient(url).query(list);
  }
});

function listing(body: string): string {
  return `import { query } from "./_generated/server.js";
    export const list = query({ args: {}, handler: async () => ["${body}"] });`;
}

function isPushed(line: string): boolean {
  return line.startsWith("Pushed in");
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  const port = portOf(await listen(server, { number: 0, flag: "" }));
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
