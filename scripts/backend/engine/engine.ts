import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { JSONValue } from "convex/values";
import type { LoadedApp } from "../app.ts";
import { Backend } from "./backend.ts";
import { answerHttp } from "./http/http.ts";
import { toResponse, type FunctionResponse } from "./http/httpApi.ts";
import { indexFieldsOf } from "./recorder/indexFields.ts";
import type { EngineStats } from "./stats.ts";
import { SyncServer } from "./sync/syncServer.ts";

export type { EngineStats } from "./stats.ts";
export type { FunctionResponse } from "./http/httpApi.ts";

/** How an engine shows and does its work. */
export interface EngineOptions {
  /** Gets what functions print and what goes wrong, a line at a time. @default drops it */
  log?: (line: string) => void;
  /** False runs every subscribed query after every commit. @default true */
  selective?: boolean;
}

/** An app that is served: in memory, on convex-test, until it is closed. */
export interface Engine {
  /** Answers the HTTP API, and everything else with the app's HTTP actions. Never rejects. */
  handleRequest(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Takes over websockets at `/api/<version>/sync`. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Runs any function, as an administrator: also internal ones and those of components. */
  runFunction(
    path: string,
    args: JSONValue,
    options?: { componentPath?: string },
  ): Promise<FunctionResponse>;
  readonly stats: Readonly<EngineStats>;
  /** Disconnects the clients and stops the timers. Functions that are running run on. */
  close(): Promise<void>;
}

/**
 * Mounts an app and serves it. Several engines may live in one process: convex-test keeps the state
 * of each apart, and the recorder finds its own by async context. Only what user modules keep in
 * their own variables is shared, between engines made of the same module objects.
 */
export function createEngine(app: LoadedApp, options: EngineOptions = {}): Engine {
  const backend = new Backend(app, options.log ?? (() => {}));
  const sync = new SyncServer(backend, {
    indexFields: indexFieldsOf(app),
    isSelective: options.selective ?? true,
  });
  backend.onCommit((writes) => sync.onCommit(writes));
  return {
    handleRequest: (request, response) => answerHttp(backend, request, response),
    handleUpgrade: (request, socket, head) => sync.handleUpgrade(request, socket, head),
    stats: backend.stats,
    async runFunction(udfPath, args, { componentPath } = {}) {
      const { runner, runtime } = backend;
      const outcome = await runner.asAdministrator({ udfPath, args, componentPath, runtime });
      return toResponse(outcome, (value) => value);
    },
    async close() {
      backend.scheduler.close();
      await sync.close();
    },
  };
}
