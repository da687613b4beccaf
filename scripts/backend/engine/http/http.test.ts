import { request } from "node:http";
import { version } from "convex";
import { ConvexHttpClient } from "convex/browser";
import { ConvexError } from "convex/values";
import { expect, test } from "vitest";
import { api } from "../testing/api.ts";
import { failure, serve } from "../testing/serve.ts";
import { MAX_BODY_BYTES } from "./requestBody.ts";

const INTERNAL =
  "Could not find public function for 'messages:hidden'. " +
  "Did you forget to run `npx convex dev` or `npx convex deploy`?";

test("queries, mutations and actions answer ConvexHttpClient", async () => {
  const { http } = await serve();
  await http.action(api.messages.sendFromAction, { author: "ann", body: "hi" });
  const id = await http.mutation(api.messages.send, { author: "ann", body: "ho" });
  expect(await http.query(api.messages.list, { author: "ann" })).toMatchObject([
    { body: "hi" },
    { body: "ho", _id: id },
  ]);
});

test("a query at a timestamp is answered", async () => {
  const { http } = await serve();
  expect(await http.consistentQuery(api.messages.list, { author: "ann" })).toEqual([]);
});

test("an internal function is answered as unknown", async () => {
  const { http } = await serve();
  expect((await failure(http.mutation(api.messages.hidden, {}))).message).toBe(INTERNAL);
});

test("an unknown function is answered with the way out", async () => {
  const { http, lines } = await serve();
  const expected = INTERNAL.replace("hidden", "missing");
  expect((await failure(http.query(api.messages.missing, {}))).message).toBe(expected);
  expect(lines).toEqual([`[CONVEX Q(messages:missing)] ${expected}`]);
});

test("a function called as another kind is answered with both kinds", async () => {
  const { url } = await serve();
  expect(
    await post(url, "/api/query", { body: { path: "messages.js:send", args: {} } }),
  ).toMatchObject({
    status: 560,
    body: {
      errorMessage: "Trying to execute messages.js:send as Query, but it is defined as Mutation.",
    },
  });
});

test("arguments of a wrong type are answered with what was expected", async () => {
  const { http } = await serve();
  const error = await failure(http.query(api.messages.list, { author: 3 as never }));
  expect(error.message).toBe(
    "ArgumentValidationError: Validator error: Expected `string`, got `3`",
  );
});

test("the data of a ConvexError arrives", async () => {
  const { http } = await serve();
  const error = await failure(http.mutation(api.folder.errors.coded, {}));
  expect(error).toBeInstanceOf(ConvexError);
  expect(error.data).toEqual({ code: "NOPE", limit: 3n });
});

test("plain HTTP callers get plain JSON", async () => {
  const { url } = await serve();
  const answer = await post(url, "/api/mutation", {
    body: { path: "folder/errors:coded", args: {} },
  });
  expect(answer).toMatchObject({ status: 560, body: { errorData: { code: "NOPE", limit: "3" } } });
});

test.for([
  ["no JSON", "{", 400, "The request body is not valid JSON"],
  ["no path", "{}", 400, 'Expected a body {"path": "module:function", "args": {...}}'],
  ["null", "null", 400, 'Expected a body {"path": "module:function", "args": {...}}'],
  ["an unknown format", '{"path":"a:b","format":"xml"}', 400, 'Unknown format "xml": use "json"'],
  [
    "arguments that are no object",
    '{"path":"messages:list","args":5}',
    560,
    "Expected `object`, got `5`",
  ],
  [
    "arguments that are no value",
    '{"path":"messages:list","args":{"author":{"$integer":5}}}',
    560,
    "ArgumentValidationError",
  ],
] as const)("a body with %s is refused in one line", async ([, body, status, message]) => {
  const { url, http } = await serve();
  const answer = await post(url, "/api/query", { body });
  expect(answer.status).toBe(status);
  expect(String(answer.body.message ?? answer.body.errorMessage)).toContain(message);
  expect(await http.query(api.messages.list, { author: "ann" })).toEqual([]);
});

test("a body that is too large is refused with 413", async () => {
  const { url, http } = await serve();
  for (const path of ["/api/query", "/count"]) {
    const answer = await post(url, path, { body: "x".repeat(MAX_BODY_BYTES + 1) });
    expect(answer).toEqual({
      status: 413,
      body: {
        code: "RequestTooLarge",
        message: "The request body has more than 20971520 bytes",
      },
    });
  }
  expect(await http.query(api.messages.list, { author: "ann" })).toEqual([]);
});

test("a client that hangs up within its body does no harm", async () => {
  const { url, http, lines } = await serve();
  await new Promise<void>((resolve) => {
    const broken = request(`${url}/api/query`, {
      method: "POST",
      headers: { "content-length": "1000" },
    });
    broken.on("error", () => resolve());
    broken.write("{", () => broken.destroy(new Error("hung up")));
  });
  expect(await http.query(api.messages.list, { author: "ann" })).toEqual([]);
  expect(lines).toEqual([]);
});

test("a token is refused, as there is nobody to verify it", async () => {
  const { url } = await serve();
  const signedIn = new ConvexHttpClient(url, { logger: false, auth: "a.b.c" });
  const { message } = await failure(signedIn.query(api.messages.list, { author: "ann" }));
  expect(JSON.parse(message)).toMatchObject({
    code: "Unauthenticated",
    message: expect.stringContaining("does not verify identities") as string,
  });
});

test("/version says which convex this is", async () => {
  const { url } = await serve();
  expect(await (await fetch(`${url}/version`)).text()).toBe(version);
});

test("the API takes only POST", async () => {
  const { url } = await serve();
  const response = await fetch(`${url}/api/query`);
  expect(response.status).toBe(405);
  expect(await response.json()).toMatchObject({ message: "/api/query takes POST, not GET" });
});

test("a page of another origin may call the API", async () => {
  const { url } = await serve();
  const headers = { origin: "http://localhost:5173", "access-control-request-headers": "x-test" };
  const response = await fetch(`${url}/api/query`, { method: "OPTIONS", headers });
  expect(response.status).toBe(204);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "access-control-allow-origin": "http://localhost:5173",
    "access-control-allow-headers": "x-test",
  });
});

test("functions see the address and user agent of their caller", async () => {
  const { url, client } = await serve();
  const headers = { "user-agent": "tests" };
  const body = { path: "meta:caller", args: {} };
  expect((await post(url, "/api/mutation", { body, headers })).body.value).toEqual({
    ip: "127.0.0.1",
    userAgent: "tests",
  });
  expect(await client().mutation(api.meta.caller, {})).toMatchObject({ ip: "127.0.0.1" });
});

async function post(
  url: string,
  path: string,
  { body, headers = {} }: { body: unknown; headers?: Record<string, string> },
) {
  const response = await fetch(url + path, {
    method: "POST",
    headers,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
