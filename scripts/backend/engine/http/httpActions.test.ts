import { request } from "node:http";
import { httpActionGeneric, httpRouter, type PublicHttpAction } from "convex/server";
import { expect, test } from "vitest";
import { api } from "../testing/api.ts";
import { testApp } from "../testing/app.ts";
import { serve } from "../testing/serve.ts";

test("every other path goes to the app's HTTP actions", async () => {
  const { url, http, lines } = await serve();
  const response = await fetch(`${url}/count?x=1`, { method: "POST", body: "visits" });
  expect(response.status).toBe(201);
  expect(response.headers.get("x-test")).toBe("yes");
  expect(await response.text()).toBe("counted");
  expect(await http.query(api.counts.get, { name: "visits" })).toBe(1);
  expect(lines).toEqual(["[CONVEX H(POST /count)] [LOG] 'posted'"]);
});

test("a path without an HTTP action is a 404", async () => {
  const { url } = await serve();
  expect((await fetch(`${url}/nothing`)).status).toBe(404);
});

test("an app without HTTP actions says so", async () => {
  const { url } = await serve({ ...testApp, root: { ...testApp.root, modules: {} } });
  const response = await fetch(`${url}/count`);
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({
    code: "NotFound",
    message: "This app has no HTTP actions (convex/http.ts)",
  });
});

test("an HTTP action that throws is a 500, and the terminal tells why", async () => {
  const { url, lines } = await serveRoute(
    httpActionGeneric(() => {
      throw new RangeError("out of range");
    }),
  );
  const response = await fetch(`${url}/route`);
  expect(response.status).toBe(500);
  expect(await response.json()).toEqual({
    code: "ServerError",
    message: "Uncaught RangeError: out of range",
  });
  expect(lines).toEqual(["[CONVEX H(GET /route)] Uncaught RangeError: out of range"]);
});

test("a response arrives in the pieces it is written in", async () => {
  let release = () => {};
  const isReleased = new Promise<void>((resolve) => (release = resolve));
  const { url } = await serveRoute(
    httpActionGeneric(() => {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const writer = writable.getWriter();
      void writer.write(new TextEncoder().encode("first"));
      void isReleased.then(() => writer.close());
      return Promise.resolve(new Response(readable));
    }),
  );
  const reader = (await fetch(`${url}/route`)).body?.getReader();
  const first = await reader?.read();
  expect(new TextDecoder().decode(first?.value)).toBe("first");
  release();
  expect((await reader?.read())?.done).toBe(true);
});

test("headers that come several times are kept apart", async () => {
  const { url } = await serveRoute(
    httpActionGeneric(() => {
      const headers = [
        ["set-cookie", "a=1"],
        ["set-cookie", "b=2"],
      ] as [string, string][];
      return Promise.resolve(new Response(null, { headers }));
    }),
  );
  expect((await fetch(`${url}/route`)).headers.getSetCookie()).toEqual(["a=1", "b=2"]);
});

test("a method that no Request may have is refused, and the server stays up", async () => {
  const { url } = await serve();
  const status = await new Promise((resolve) => {
    request(`${url}/count`, { method: "TRACE" }, (response) => {
      resolve(response.statusCode);
      response.resume();
    }).end();
  });
  expect(status).toBe(405);
  expect((await fetch(`${url}/version`)).status).toBe(200);
});

async function serveRoute(handler: PublicHttpAction) {
  const http = httpRouter();
  http.route({ path: "/route", method: "GET", handler });
  const modules = { "http.js": () => Promise.resolve({ default: http }) };
  return serve({ ...testApp, root: { ...testApp.root, modules } });
}
