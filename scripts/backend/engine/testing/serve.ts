import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ConvexClient, ConvexHttpClient, type ConvexClientOptions } from "convex/browser";
import { expect, onTestFinished, vi } from "vitest";
import { WebSocket } from "ws";
import type { LoadedApp } from "../../app.ts";
import { createEngine, type EngineOptions } from "../engine.ts";
import { testApp } from "./app.ts";

export type Served = Awaited<ReturnType<typeof serve>>;

/** An engine behind a real port, gone when the test is. */
export async function serve(app: LoadedApp = testApp, options: EngineOptions = {}) {
  const lines: string[] = [];
  const engine = createEngine(app, { log: (line) => lines.push(line), ...options });
  const server = createServer((request, response) => void engine.handleRequest(request, response));
  server.on("upgrade", (request, socket, head) => engine.handleUpgrade(request, socket, head));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    await engine.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    engine,
    server,
    url,
    /** What the terminal shows. */
    lines,
    http: new ConvexHttpClient(url, { logger: false }),
    client: (clientOptions: ConvexClientOptions = {}) => connect(url, clientOptions),
  };
}

function connect(url: string, options: ConvexClientOptions): ConvexClient {
  const client = new ConvexClient(url, {
    logger: false,
    webSocketConstructor: WebSocket as unknown as typeof globalThis.WebSocket,
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}

/** Waits until it holds; the message of the last failure tells what did not. */
export function eventually(assertion: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(assertion, { timeout: 5000, interval: 5 });
}

/** Long enough for what should not happen to happen; what should is waited for by name. */
export function settled(): Promise<void> {
  return sleep(30);
}

export async function failure(promise: Promise<unknown>): Promise<Error & { data?: unknown }> {
  const error = await promise.then(
    () => expect.fail("expected a failure"),
    (reason: unknown) => reason,
  );
  return error as Error & { data?: unknown };
}
