import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { LoadedApp } from "./app.ts";
import { createEngine, type Engine } from "./engine/engine.ts";
import { PushError } from "./push/errors.ts";
import { createPushHandler, type PushHandler } from "./push/handler.ts";
import { runFunction } from "./runFunction.ts";
import { seed } from "./seed.ts";

/** An HTTP server to push apps to with the `convex` CLI, which serves the app pushed last. */
export interface BackendServer {
  /** Not listening yet. */
  http: Server;
  /** Disconnects every client and stops. */
  close(): Promise<void>;
}

/**
 * The server stays while apps come and go: each push gets an engine of its own, with data of its
 * own. Clients of the app before are disconnected, and reconnect by themselves to the new one.
 */
export function createBackendServer(log: (line: string) => void): BackendServer {
  let serving: { app: LoadedApp; engine: Engine } | null = null;

  async function activate(app: LoadedApp): Promise<void> {
    const engine = createEngine(app, { log });
    // Before anyone is let in, so that no client sees the app without its data.
    await seed(app, engine, log);
    const previous = serving;
    serving = { app, engine };
    await previous?.engine.close();
  }

  const handlePush = createPushHandler({
    activate,
    runFunction: (call) => {
      if (serving === null) throw new PushError("BadRequest", NOTHING_PUSHED);
      return runFunction(serving.app, serving.engine, call);
    },
  });
  const http = createServer((request, response) => {
    void answer(request, response, { handlePush, engine: serving?.engine });
  });
  http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // A client that hangs up now would otherwise end the process.
    socket.on("error", () => socket.destroy());
    if (serving === null) socket.end("HTTP/1.1 503 Service Unavailable\r\n\r\n");
    else serving.engine.handleUpgrade(request, socket, head);
  });
  return {
    http,
    async close() {
      await serving?.engine.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

const NOTHING_PUSHED = "No app has been pushed yet.";

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { handlePush, engine }: { handlePush: PushHandler; engine: Engine | undefined },
): Promise<void> {
  if (await handlePush(request, response)) return;
  if (engine !== undefined) return engine.handleRequest(request, response);
  response.writeHead(503, { "content-type": "text/plain" });
  response.end(NOTHING_PUSHED);
}
