import { createServer, type Server } from "node:http";
import { brotliCompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { listen } from "../../listen.ts";
import type { PushHost } from "./endpoints.ts";
import { createPushHandler } from "./handler.ts";

const MAX_BODY_BYTES = 1000;

const activate = vi.fn<PushHost["activate"]>();
const runFunction = vi.fn<PushHost["runFunction"]>();
let server: Server;
let url: string;

beforeEach(async () => {
  activate.mockReset().mockResolvedValue();
  runFunction.mockReset().mockResolvedValue({ status: "success", value: null, logLines: [] });
  const handlePush = createPushHandler({ activate, runFunction, maxBodyBytes: MAX_BODY_BYTES });
  server = createServer((request, response) => {
    void handlePush(request, response).then((isAnswered) => {
      if (!isAnswered) response.end("somebody else's");
    });
  });
  url = await listen(server, { number: 0, flag: "" });
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe("bad input is answered with one line, and the next request is served", () => {
  afterEach(async () => {
    expect(await send("/api/get_config_hashes", "{}")).toMatchObject({ status: 200 });
  });

  test("a body that is no JSON", async () => {
    expect(await send("/api/deploy2/start_push", "{")).toEqual({
      status: 400,
      body: { code: "BadRequest", message: "The request body is not valid JSON." },
    });
  });

  test("a body over the limit", async () => {
    expect(await send("/api/deploy2/start_push", "x".repeat(MAX_BODY_BYTES + 1))).toEqual({
      status: 413,
      body: { code: "RequestTooLarge", message: "The request body is over 1000 bytes." },
    });
  });

  test("a small body that unfolds to one over the limit", async () => {
    const packed = brotliCompressSync("x".repeat(100 * MAX_BODY_BYTES));
    expect(packed.byteLength).toBeLessThan(MAX_BODY_BYTES);
    const answer = await send("/api/deploy2/start_push", packed, { "content-encoding": "br" });
    expect(answer).toMatchObject({ status: 413, body: { code: "RequestTooLarge" } });
  });

  test("a body that is not the brotli it claims to be", async () => {
    const answer = await send("/api/deploy2/start_push", "{}", { "content-encoding": "br" });
    expect(answer.body).toEqual({
      code: "BadRequest",
      message: "The request body is not valid brotli.",
    });
  });

  test.each([
    [null, "the request must be an object"],
    [{ appDefinition: [] }, "appDefinition must be an object"],
    [withApp({ dependencies: "x" }), "appDefinition.dependencies must be an array"],
    [withApp({ changedModules: [5] }), "appDefinition.changedModules[0] must be an object"],
    [withApp({ unchangedModuleHashes: [{}] }), "unchangedModuleHashes must be an empty array"],
    [withModule({ path: 5 }), "appDefinition.changedModules[0].path must be a string"],
    [withModule({ path: "a.js", source: 1 }), "appDefinition.changedModules[0].source must be"],
  ])("a push of another shape: %j", async (push, message) => {
    const answer = await send("/api/deploy2/start_push", JSON.stringify(push));
    expect(answer).toMatchObject({ status: 400, body: { code: "BadRequest" } });
    expect(answer.body).toHaveProperty("message", expect.stringContaining(message));
  });

  test.each(["../../evil.js", "/etc/evil.js", "a\\..\\..\\evil.js"])(
    "a module that would be written outside its folder: %s",
    async (path) => {
      const push = JSON.stringify(withModule({ path, source: "" }));
      const { body } = await send("/api/deploy2/start_push", push);
      expect(body).toHaveProperty(
        "message",
        expect.stringContaining("inside the functions folder"),
      );
    },
  );

  test("the wrong method", async () => {
    const response = await fetch(`${url}/api/deploy2/start_push`, { headers: ADMIN });
    expect(response.status).toBe(405);
  });

  test("an error of the host", async () => {
    runFunction.mockRejectedValue(new Error("the engine broke"));
    expect(await send("/api/function", JSON.stringify({ path: "a:b", args: {} }))).toEqual({
      status: 500,
      body: { code: "InternalError", message: "the engine broke" },
    });
  });
});

describe("who may push", () => {
  test("not a web page, although it reaches the port", async () => {
    const answer = await send("/api/function", "{}", { origin: "https://example.com" });
    expect(answer).toMatchObject({ status: 403, body: { code: "Forbidden" } });
    expect(runFunction).not.toHaveBeenCalled();
  });

  test("nobody without an admin key", async () => {
    const answer = await send("/api/function", "{}", { authorization: "Bearer token" });
    expect(answer).toMatchObject({ status: 403, body: { code: "Forbidden" } });
  });
});

describe("what goes live", () => {
  test("a push goes live when it is finished, and only once", async () => {
    const started = await send("/api/deploy2/start_push", JSON.stringify(withApp({})));
    expect(activate).not.toHaveBeenCalled();
    const finish = JSON.stringify({ startPush: started.body });
    expect(await send("/api/deploy2/finish_push", finish)).toMatchObject({ status: 200 });
    expect(activate).toHaveBeenCalledOnce();
    expect(await send("/api/deploy2/finish_push", finish)).toMatchObject({
      status: 400,
      body: { code: "RaceDetected" },
    });
  });

  test("a dry run never goes live", async () => {
    const started = await send("/api/deploy2/start_push", JSON.stringify(withApp({})));
    const finish = JSON.stringify({ startPush: started.body, dryRun: true });
    expect(await send("/api/deploy2/finish_push", finish)).toMatchObject({ status: 200 });
    expect(activate).not.toHaveBeenCalled();
  });
});

test("functions are run with the arguments the CLI wraps in a list", async () => {
  const call = { path: "messages:list", args: [{ count: 1 }], componentPath: "counter" };
  await send("/api/function", JSON.stringify(call));
  expect(runFunction).toHaveBeenCalledWith({ ...call, args: { count: 1 } });
});

test("deployment URLs are those the caller used", async () => {
  const response = await fetch(`${url}/api/v1/get_canonical_urls`, { headers: ADMIN });
  expect(await response.json()).toEqual({ convexCloudUrl: url, convexSiteUrl: url });
});

test("other paths are left to others", async () => {
  expect(await (await fetch(`${url}/api/query?x=1`)).text()).toBe("somebody else's");
});

const ADMIN = { authorization: "Convex local" };

async function send(path: string, body: string | Buffer<ArrayBuffer>, headers = {}) {
  const init = { method: "POST", body, headers: { ...ADMIN, ...headers } };
  const response = await fetch(url + path, init);
  const answer: unknown = await response.json();
  return { status: response.status, body: answer };
}

function withModule(module: object) {
  return withApp({ changedModules: [module] });
}

function withApp(app: object) {
  const appDefinition = {
    definition: null,
    dependencies: [],
    schema: null,
    changedModules: [],
    udfServerVersion: "1.48.0",
    ...app,
  };
  return { appDefinition, componentDefinitions: [] };
}
