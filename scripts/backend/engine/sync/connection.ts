import type { WebSocket } from "ws";
import { encodeTs, type CommitClock } from "../clock.ts";
import type { TestRuntime } from "../convexTestRuntime.ts";
import type { FunctionRequest, FunctionRunner } from "../functions/functionRunner.ts";
import type { ClientSession, ClientSessions, MutationResult } from "./mutationResults.ts";
import { NO_IDENTITIES } from "../identity.ts";
import type { DocumentWrite } from "../recorder/recording.ts";
import { closeReason, encodeVersion, responseOf, type Version } from "./messages.ts";
import { SerialQueue } from "./serialQueue.ts";
import type { Subscriptions } from "./subscriptions.ts";
import { parseClientMessage, ProtocolError } from "./syncProtocol.ts";
import type { ClientMessage, FunctionMessage, ServerMessage } from "./syncProtocol.ts";

/** Arguments of a function may have 16 MiB; a message carries little more. */
const MAX_MESSAGE_BYTES = 17 * 1024 * 1024;

const CLOSE_POLICY_VIOLATION = 1008;

type Message<Type extends ClientMessage["type"]> = Extract<ClientMessage, { type: Type }>;

interface Host {
  runner: FunctionRunner;
  clock: CommitClock;
  sessions: ClientSessions;
  print: (line: string) => void;
}

interface Client {
  /** The `convex` version in the URL. */
  version: string;
  runtime: TestRuntime;
  subscriptions: Subscriptions;
}

/** One websocket: answers the messages of a client and pushes new results to it. */
export class Connection {
  readonly #socket: WebSocket;
  readonly #host: Host;
  readonly #client: Client;
  /** Changes of the query set and pushes, one at a time: each transition starts where one ended. */
  readonly #transitions = new SerialQueue((error) => this.#fail(error));
  #version: Version = { querySet: 0, identity: 0, ts: 0n };
  #session: ClientSession | null = null;
  #isPushQueued = false;

  constructor(socket: WebSocket, host: Host, client: Client) {
    this.#socket = socket;
    this.#host = host;
    this.#client = client;
    socket.on("message", (data, isBinary) => this.#receive(data as Buffer, isBinary));
    // ws closes the connection itself; this is a frame it could not read.
    socket.on("error", (error) => host.print(`sync client: ${error.message}`));
    socket.on("close", () => client.subscriptions.clear());
  }

  /** A commit: pushes new results if it touches what this client watches. */
  onCommit(writes: DocumentWrite[]): void {
    this.#client.subscriptions.invalidate(writes);
    if (this.#client.subscriptions.isStale) this.#queuePush();
  }

  ping(): void {
    this.#send({ type: "Ping" });
  }

  #receive(data: Buffer, isBinary: boolean): void {
    try {
      if (isBinary) throw new ProtocolError("Expected a text message, not a binary one");
      if (data.byteLength > MAX_MESSAGE_BYTES) {
        throw new ProtocolError(
          `The message has ${data.byteLength} bytes, the limit is ${MAX_MESSAGE_BYTES}`,
        );
      }
      this.#dispatch(parseClientMessage(data.toString(), this.#client.version));
    } catch (error) {
      this.#fail(error);
    }
  }

  #dispatch(message: ClientMessage): void {
    switch (message.type) {
      case "Connect":
        this.#session = this.#host.sessions.get(message.sessionId);
        return;
      case "ModifyQuerySet":
        return this.#transitions.add(() => this.#modifyQuerySet(message));
      case "Authenticate":
        return this.#transitions.add(() => this.#authenticate(message));
      case "Mutation":
        return this.#mutate(message);
      case "Action":
        return this.#act(message);
      case "Event":
        return;
    }
  }

  async #modifyQuerySet({ baseVersion, newVersion, modifications }: Message<"ModifyQuerySet">) {
    const { querySet } = this.#version;
    if (baseVersion !== querySet || newVersion <= baseVersion) {
      throw new ProtocolError(
        `Cannot change the query set from version ${baseVersion} to ${newVersion}: it has version ${querySet}`,
      );
    }
    const { subscriptions } = this.#client;
    const removed: number[] = [];
    for (const modification of modifications) {
      const { type, queryId } = modification;
      if (subscriptions.has(queryId) !== (type === "Remove")) {
        throw new ProtocolError(
          `Query ${queryId} is ${type === "Add" ? "already" : "not"} watched`,
        );
      }
      if (type === "Remove") {
        subscriptions.remove(queryId);
        removed.push(queryId);
      } else {
        subscriptions.add(queryId, this.#requestOf(modification), modification.journal);
      }
    }
    await this.#transition({ querySet: newVersion }, removed);
  }

  async #authenticate({ tokenType, baseVersion }: Message<"Authenticate">): Promise<void> {
    if (tokenType === "None") return this.#transition({ identity: baseVersion + 1 });
    const refusal = { error: NO_IDENTITIES, baseVersion, authUpdateAttempted: true };
    this.#send({ type: "AuthError", ...refusal });
  }

  #mutate(message: FunctionMessage): void {
    if (this.#session === null) throw new ProtocolError("Expected Connect before Mutation");
    const request = this.#requestOf(message);
    const result = this.#session.mutate(message.requestId, () =>
      this.#host.runner.mutation(request),
    );
    void result.then(({ outcome, ts }: MutationResult) => {
      const committed = outcome.ok ? { ts: encodeTs(ts) } : {};
      this.#send({ type: "MutationResponse", ...responseOf(message, outcome), ...committed });
      // The client resolves the mutation on the next transition, which may have nothing new.
      this.#queuePush();
    });
  }

  #act(message: FunctionMessage): void {
    void this.#host.runner.action(this.#requestOf(message)).then((outcome) => {
      this.#send({ type: "ActionResponse", ...responseOf(message, outcome) });
    });
  }

  #requestOf(address: Omit<FunctionRequest, "runtime">): FunctionRequest {
    const { udfPath, componentPath, args } = address;
    return { udfPath, componentPath, args, runtime: this.#client.runtime };
  }

  /**
   * On a later macrotask, as a client resolves a mutation only on a transition that arrives after
   * the response to it; and once for all the commits until then.
   */
  #queuePush(): void {
    if (this.#isPushQueued) return;
    this.#isPushQueued = true;
    this.#transitions.add(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      this.#isPushQueued = false;
      await this.#transition({});
    });
  }

  async #transition(change: { querySet?: number; identity?: number }, removed: number[] = []) {
    const { subscriptions } = this.#client;
    const results = await subscriptions.refresh();
    const startVersion = this.#version;
    this.#version = { ...startVersion, ...change, ts: this.#host.clock.now };
    this.#send({
      type: "Transition",
      startVersion: encodeVersion(startVersion),
      endVersion: encodeVersion(this.#version),
      modifications: [
        ...removed.map((queryId) => ({ type: "QueryRemoved" as const, queryId })),
        ...results,
      ],
    });
    if (subscriptions.isStale) this.#queuePush();
  }

  #fail(error: unknown): void {
    // What was queued behind a bad message is not worth another line.
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const isTheirs = error instanceof ProtocolError;
    const line = isTheirs ? error.message : `Internal error: ${String(error)}`;
    this.#host.print(`sync client: ${line}`);
    this.#send({ type: "FatalError", error: line });
    this.#socket.close(CLOSE_POLICY_VIOLATION, closeReason(line));
    this.#socket.removeAllListeners("message");
  }

  #send(message: ServerMessage): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}
