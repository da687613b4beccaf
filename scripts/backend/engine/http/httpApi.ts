import type { IncomingMessage } from "node:http";
import { version } from "convex";
import { jsonToConvex, type JSONValue, type Value } from "convex/values";
import type { Backend } from "../backend.ts";
import { encodeTs } from "../clock.ts";
import type { TestRuntime } from "../convexTestRuntime.ts";
import type { FunctionKind } from "../functions/functionCall.ts";
import type { FunctionRequest, FunctionRunner, Outcome } from "../functions/functionRunner.ts";
import { NO_IDENTITIES } from "../identity.ts";
import { HttpError, readBody } from "./requestBody.ts";

/** What clients take as "the function failed", as opposed to "the request failed". */
const STATUS_FUNCTION_FAILED = 560;

/** What `/api/query` and the others answer. */
export type FunctionResponse =
  | { status: "success"; value: JSONValue; logLines: string[] }
  | { status: "error"; errorMessage: string; errorData?: JSONValue; logLines: string[] };

/** What is sent back for a request to the API. */
export interface Answer {
  status: number;
  /** A string is sent as text, anything else as JSON. */
  body: string | FunctionResponse | { ts: string } | { code: string; message: string } | null;
}

const FUNCTION_ROUTES: Record<string, FunctionKind> = {
  "/api/query": "query",
  // The state of an earlier moment is not kept: the newest one is as consistent.
  "/api/query_at_ts": "query",
  "/api/mutation": "mutation",
  "/api/action": "action",
};

const OTHER_ROUTES = ["/version", "/api/query_ts"];

/** False for a path that is not part of the API, and is left to the app's HTTP actions. */
export function isApiPath(path: string): boolean {
  return path in FUNCTION_ROUTES || OTHER_ROUTES.includes(path);
}

/** Answers ConvexHttpClient and plain HTTP callers. */
export async function answerApi(
  path: string,
  request: IncomingMessage,
  { backend, runtime }: { backend: Backend; runtime: TestRuntime },
): Promise<Answer> {
  if (request.method === "OPTIONS") return { status: 204, body: null };
  if (path === "/version") return { status: 200, body: version };
  if (request.method !== "POST") {
    throw new HttpError(405, "MethodNotAllowed", `${path} takes POST, not ${request.method}`);
  }
  const kind = FUNCTION_ROUTES[path];
  if (kind === undefined) return { status: 200, body: { ts: encodeTs(backend.clock.now) } };
  if (request.headers.authorization !== undefined) {
    throw new HttpError(401, "Unauthenticated", NO_IDENTITIES);
  }
  const { isEncoded, ...call } = parseCall(await readBody(request));
  const outcome = await run(backend.runner, kind, { ...call, runtime });
  const status = outcome.ok ? 200 : STATUS_FUNCTION_FAILED;
  return { status, body: toResponse(outcome, isEncoded ? (value) => value : toPlainJson) };
}

async function run(
  runner: FunctionRunner,
  kind: FunctionKind,
  request: FunctionRequest,
): Promise<Outcome> {
  switch (kind) {
    case "query":
      return (await runner.query(request, null)).outcome;
    case "mutation":
      return (await runner.mutation(request)).outcome;
    case "action":
      return runner.action(request);
  }
}

function parseCall(body: Buffer): { udfPath: string; args: JSONValue; isEncoded: boolean } {
  let call: { path?: unknown; args?: unknown; format?: unknown } | null;
  try {
    call = JSON.parse(body.toString()) as typeof call;
  } catch {
    throw new HttpError(400, "BadJsonBody", "The request body is not valid JSON");
  }
  const { path, args = {}, format = "json" } = call ?? {};
  if (typeof path !== "string") {
    throw new HttpError(
      400,
      "BadRequest",
      'Expected a body {"path": "module:function", "args": {...}}',
    );
  }
  if (format !== "json" && format !== "convex_encoded_json") {
    throw new HttpError(400, "BadRequest", `Unknown format ${JSON.stringify(format)}: use "json"`);
  }
  // Clients send the arguments as a list of one object, the documented API as that object.
  const [only = {}] = Array.isArray(args) ? (args as unknown[]) : [args];
  return { udfPath: path, args: only as JSONValue, isEncoded: format !== "json" };
}

/** The outcome as an HTTP body. `encode` turns values into the format that was asked for. */
export function toResponse(
  outcome: Outcome,
  encode: (value: JSONValue) => JSONValue,
): FunctionResponse {
  const { logLines } = outcome;
  if (outcome.ok) return { status: "success", value: encode(outcome.value), logLines };
  const { errorMessage, errorData } = outcome;
  const data = errorData === undefined ? {} : { errorData: encode(errorData) };
  return { status: "error", errorMessage, ...data, logLines };
}

/** For callers without a Convex client: int64 as decimal text, bytes as base64. */
function toPlainJson(encoded: JSONValue): JSONValue {
  return plain(jsonToConvex(encoded));
}

function plain(value: Value): JSONValue {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString("base64");
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, item === undefined ? null : plain(item)]),
  );
}
