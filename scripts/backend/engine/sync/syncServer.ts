import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type WebSocket } from "ws";
import type { Backend } from "../backend.ts";
import { Connection } from "./connection.ts";
import type { TestRuntime } from "../convexTestRuntime.ts";
import { runtimeFor } from "../http/http.ts";
import { ClientSessions } from "./mutationResults.ts";
import type { IndexFields } from "../recorder/overlap.ts";
import type { DocumentWrite } from "../recorder/recording.ts";
import { Subscriptions } from "./subscriptions.ts";

/** A message above the protocol's limit is answered; above this one it is not even read. */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;

/** Clients reconnect after a minute without a message. */
const PING_INTERVAL_MS = 15_000;

/** For the closing handshake; a client that takes longer is cut off. */
const CLOSE_TIMEOUT_MS = 500;
const CLOSE_GOING_AWAY = 1001;

interface Options {
  indexFields: IndexFields;
  isSelective: boolean;
}

/** The websocket side: one connection per client, told of every commit. */
export class SyncServer {
  readonly #backend: Backend;
  readonly #options: Options;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES });
  readonly #connections = new Set<Connection>();
  readonly #sessions: ClientSessions;
  readonly #pings: NodeJS.Timeout;

  constructor(backend: Backend, options: Options) {
    this.#backend = backend;
    this.#options = options;
    this.#sessions = new ClientSessions((error) => backend.print(`sync client: ${String(error)}`));
    this.#pings = setInterval(
      () => this.#connections.forEach((each) => each.ping()),
      PING_INTERVAL_MS,
    );
    this.#pings.unref();
  }

  onCommit(writes: DocumentWrite[]): void {
    for (const connection of this.#connections) connection.onCommit(writes);
  }

  /** Takes over a socket that asks for `/api/<client version>/sync`; any other is turned away. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // A client that hangs up now would otherwise end the process.
    socket.on("error", () => socket.destroy());
    const [, version] = /^\/api\/([^/?]+)\/sync(?:\?|$)/.exec(request.url ?? "") ?? [];
    if (version === undefined) {
      socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#accept(webSocket, { version, runtime: runtimeFor(this.#backend, request) });
    });
  }

  #accept(webSocket: WebSocket, client: { version: string; runtime: TestRuntime }): void {
    const { runner, clock, stats, print } = this.#backend;
    const subscriptions = new Subscriptions({ runner, stats, ...this.#options });
    const host = { runner, clock, print, sessions: this.#sessions };
    const connection = new Connection(webSocket, host, { ...client, subscriptions });
    this.#connections.add(connection);
    stats.connections = this.#connections.size;
    webSocket.on("close", () => {
      this.#connections.delete(connection);
      stats.connections = this.#connections.size;
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#pings);
    const closed = [...this.#server.clients].map(
      (client) => new Promise((resolve) => client.once("close", resolve)),
    );
    for (const client of this.#server.clients) client.close(CLOSE_GOING_AWAY);
    const cutOff = setTimeout(() => {
      for (const client of this.#server.clients) client.terminate();
    }, CLOSE_TIMEOUT_MS);
    await Promise.all(closed);
    clearTimeout(cutOff);
  }
}
