import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { pipeline } from "node:stream/promises";
import type { Backend } from "../backend.ts";
import type { TestRuntime } from "../convexTestRuntime.ts";
import { currentCall, FunctionCall } from "../functions/functionCall.ts";
import { failureOf } from "../functions/functionErrors.ts";
import { withOverrides } from "../recorder/recorder.ts";
import { HttpError, readBody } from "./requestBody.ts";

/** A `Request`, which HTTP actions are given, cannot have these. */
const UNUSABLE_METHODS = new Set(["CONNECT", "TRACE", "TRACK"]);

/**
 * Runs the app's HTTP action for a request. The real backend serves them under another origin, so
 * unlike the API they get no CORS headers but their own. Routers of components are not mounted.
 */
export async function runHttpAction(
  request: IncomingMessage,
  response: ServerResponse,
  { backend, runtime }: { backend: Backend; runtime: TestRuntime },
): Promise<void> {
  const { method = "GET", url = "/" } = request;
  if (!backend.directory.hasRouter) {
    throw new HttpError(404, "NotFound", "This app has no HTTP actions (convex/http.ts)");
  }
  if (UNUSABLE_METHODS.has(method)) {
    throw new HttpError(405, "MethodNotAllowed", `HTTP actions cannot be called with ${method}`);
  }
  const init = await requestInit(request, method);
  const name = `${method} ${url.split("?")[0]}`;
  const call = new FunctionCall({ kind: "http", name, print: backend.print });
  let answer: Response;
  try {
    answer = await currentCall.run(call, () =>
      withOverrides(backend.overrides, () => runtime.fetch(url, init)),
    );
  } catch (error) {
    const { errorMessage } = failureOf(error, true);
    call.printError(errorMessage);
    throw new HttpError(500, "ServerError", errorMessage);
  }
  await send(response, answer);
}

async function requestInit(request: IncomingMessage, method: string): Promise<RequestInit> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    for (const each of [value ?? []].flat()) headers.append(name, each);
  }
  const body = await readBody(request);
  if (method === "GET" || method === "HEAD") return { method, headers };
  return { method, headers, body: new Uint8Array(body) };
}

async function send(response: ServerResponse, answer: Response): Promise<void> {
  const headers = [...answer.headers].filter(([name]) => name !== "set-cookie");
  response.writeHead(answer.status, {
    ...Object.fromEntries(headers),
    ...(answer.headers.has("set-cookie") && { "set-cookie": answer.headers.getSetCookie() }),
  });
  if (answer.body === null) {
    response.end();
    return;
  }
  await pipeline(Readable.fromWeb(answer.body as ReadableStream), response);
}
