import type { IncomingMessage, ServerResponse } from "node:http";
import { MAX_BODY_BYTES, readJson } from "./body.ts";
import { pushEndpoints, type PushHost } from "./endpoints.ts";
import { messageOf, PushError } from "./errors.ts";

export interface PushHandlerOptions extends PushHost {
  /** Told about every request that was refused. */
  onError?: (error: PushError) => void;
  /** @default 64 MiB */
  maxBodyBytes?: number;
}

/** Answers a request to a push endpoint and resolves to true; leaves any other request alone. */
export type PushHandler = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

/**
 * The endpoints the `convex` CLI pushes to, for a node:http server. Never rejects: bad input is
 * answered with `{ code, message }`, which the CLI prints.
 */
export function createPushHandler(options: PushHandlerOptions): PushHandler {
  const endpoints = pushEndpoints(options);
  return async (request, response) => {
    const [pathname = "/"] = (request.url ?? "/").split("?");
    const endpoint = endpoints.get(pathname);
    if (endpoint === undefined) return false;
    try {
      assertFromCli(request);
      if (request.method !== endpoint.method) throw wrongMethod(pathname, endpoint.method);
      const body =
        endpoint.method === "GET"
          ? null
          : await readJson(request, options.maxBodyBytes ?? MAX_BODY_BYTES);
      sendJson(
        response,
        200,
        await endpoint.answer({ body, origin: `http://${request.headers.host}` }),
      );
    } catch (error) {
      const refusal = toPushError(error);
      options.onError?.(refusal);
      sendJson(response, refusal.status, { code: refusal.code, message: refusal.message });
    }
    return true;
  };
}

/**
 * A push runs the code it brings, in this process. Browsers name the page a POST comes from and the
 * CLI does not: so no web page the developer has open can push, although it can reach the port.
 */
function assertFromCli({ headers }: IncomingMessage): void {
  if (headers.origin !== undefined) {
    throw new PushError(
      "Forbidden",
      "Web pages may not use the deployment's admin endpoints.",
      403,
    );
  }
  if (!headers.authorization?.startsWith("Convex ")) {
    throw new PushError("Forbidden", "Admin endpoints want an admin key (any one will do).", 403);
  }
}

function wrongMethod(pathname: string, expected: string): PushError {
  return new PushError("BadRequest", `${pathname} takes ${expected} requests.`, 405);
}

function toPushError(error: unknown): PushError {
  if (error instanceof PushError) return error;
  return new PushError("InternalError", messageOf(error), 500);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  // The sender may be gone by now, as after Ctrl-C in the CLI.
  if (response.destroyed) return;
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
