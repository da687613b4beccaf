import type { Outcome } from "../functions/functionRunner.ts";
import { SerialQueue } from "./serialQueue.ts";

/** Sessions kept, the longest unused dropped first: a client that comes back later starts anew. */
const MAX_SESSIONS = 1000;

/** Results kept per session. A client repeats only what was unanswered when its connection broke. */
const MAX_RESULTS = 1000;

/** What the client is told, and since when its subscriptions show it. */
export interface MutationResult {
  outcome: Outcome;
  ts: bigint;
}

/**
 * The mutations of one client, over all of its connections: run in the order they were sent, and
 * each once, however often the client repeats it after losing its connection.
 */
export class ClientSession {
  readonly #results = new Map<number, Promise<MutationResult>>();
  readonly #queue: SerialQueue;

  constructor(onError: (error: unknown) => void) {
    this.#queue = new SerialQueue(onError);
  }

  /** Runs the mutation, unless this request was seen before: then its result is returned again. */
  mutate(requestId: number, run: () => Promise<MutationResult>): Promise<MutationResult> {
    const known = this.#results.get(requestId);
    if (known !== undefined) return known;
    const result = new Promise<MutationResult>((resolve) => {
      this.#queue.add(async () => resolve(await run()));
    });
    this.#results.set(requestId, result);
    dropOldest(this.#results, MAX_RESULTS);
    return result;
  }
}

/** The sessions of all clients, by the id each chose for itself. */
export class ClientSessions {
  readonly #sessions = new Map<string, ClientSession>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  get(sessionId: string): ClientSession {
    const session = this.#sessions.get(sessionId) ?? new ClientSession(this.#onError);
    this.#sessions.delete(sessionId);
    this.#sessions.set(sessionId, session);
    dropOldest(this.#sessions, MAX_SESSIONS);
    return session;
  }
}

function dropOldest<Key>(map: Map<Key, unknown>, limit: number): void {
  for (const key of map.keys()) {
    if (map.size <= limit) return;
    map.delete(key);
  }
}
