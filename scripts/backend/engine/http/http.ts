import type { IncomingMessage, ServerResponse } from "node:http";
import type { Backend } from "../backend.ts";
import type { TestRuntime } from "../convexTestRuntime.ts";
import { runHttpAction } from "./httpActions.ts";
import { answerApi, isApiPath, type Answer } from "./httpApi.ts";
import { HttpError } from "./requestBody.ts";

/** Answers a request, also when it is bad or when answering it fails. */
export async function answerHttp(
  backend: Backend,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = "/"] = (request.url ?? "/").split("?");
  const runtime = runtimeFor(backend, request);
  const isApi = isApiPath(path);
  try {
    if (!isApi) return await runHttpAction(request, response, { backend, runtime });
    send(response, await answerApi(path, request, { backend, runtime }), cors(request));
  } catch (error) {
    // The client hung up: there is nobody to answer.
    if (request.socket.destroyed) return;
    const { status, code, message } = asHttpError(error);
    if (!(error instanceof HttpError)) backend.print(`${request.method} ${path}: ${message}`);
    if (response.headersSent) response.destroy();
    else send(response, { status, body: { code, message } }, isApi ? cors(request) : {});
  }
}

/** The runtime as the caller of a request sees it, in `ctx.meta.getRequestMetadata()`. */
export function runtimeFor({ runtime }: Backend, request: IncomingMessage): TestRuntime {
  return runtime.withRequestMetadata({
    ip: request.socket.remoteAddress ?? null,
    userAgent: request.headers["user-agent"] ?? null,
  });
}

function asHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  return new HttpError(500, "InternalServerError", String(error));
}

function send(
  response: ServerResponse,
  { status, body }: Answer,
  headers: Record<string, string>,
): void {
  const isText = typeof body === "string" || body === null;
  response.writeHead(status, {
    ...headers,
    "content-type": isText ? "text/plain" : "application/json",
  });
  response.end(isText ? body : JSON.stringify(body));
}

function cors({ headers }: IncomingMessage): Record<string, string> {
  return {
    "access-control-allow-origin": headers.origin ?? "*",
    "access-control-allow-methods": "GET, POST, OPTIONS",
    "access-control-allow-headers":
      headers["access-control-request-headers"] ?? "authorization, content-type, convex-client",
    "access-control-max-age": "600",
    vary: "origin, access-control-request-headers",
  };
}
