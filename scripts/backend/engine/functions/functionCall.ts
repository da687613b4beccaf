import { AsyncLocalStorage } from "node:async_hooks";

/** What a function was registered as. */
export type FunctionKind = "query" | "mutation" | "action";

/** Function logs beyond this many lines per call are dropped, as in the real backend. */
const MAX_LOG_LINES = 256;

const KIND_LETTERS = { query: "Q", mutation: "M", action: "A", http: "H" } as const;

/** One call from outside: by a client, over HTTP, or by the scheduler. Nested calls belong to it. */
export class FunctionCall {
  /** What the functions printed, as clients expect it: `[LOG] 'hello'`. */
  readonly logLines: string[] = [];
  /** False while arguments are being checked: an error before the handler is about them. */
  hasStarted = false;
  readonly jobId: string | null;
  readonly #label: string;
  readonly #print: (line: string) => void;

  constructor(options: {
    kind: FunctionKind | "http";
    name: string;
    print: (line: string) => void;
    jobId?: string;
  }) {
    this.#label = `[CONVEX ${KIND_LETTERS[options.kind]}(${options.name})]`;
    this.#print = options.print;
    this.jobId = options.jobId ?? null;
  }

  addLogLine(level: string, text: string): void {
    if (this.logLines.length > MAX_LOG_LINES) return;
    const isFull = this.logLines.length === MAX_LOG_LINES;
    const line = isFull
      ? `[ERROR] Log overflow (maximum ${MAX_LOG_LINES}). Remaining log lines omitted.`
      : `[${level}] ${text}`;
    this.logLines.push(line);
    this.#print(`${this.#label} ${line}`);
  }

  /** Tells the terminal, not the client: the client gets its own answer. */
  printError(message: string): void {
    this.#print(`${this.#label} ${message}`);
  }
}

/** The call that the running code belongs to, however deeply nested. */
export const currentCall = new AsyncLocalStorage<FunctionCall>();
