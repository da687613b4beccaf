import { CliError, runConvexCli } from "../convexCli.ts";

export interface PusherOptions {
  projectFolder: string;
  /** The backend to push to. */
  url: string;
  log: (line: string) => void;
}

/** Pushes the app through the real CLI, one push at a time. */
export class Pusher {
  readonly #options: PusherOptions;
  readonly #abort = new AbortController();
  #isWanted = false;
  #running: Promise<void> | null = null;

  constructor(options: PusherOptions) {
    this.#options = options;
  }

  /** The first push. Throws a CliError that says what is wrong with the app. */
  async push(): Promise<void> {
    this.#running = this.#pushOnce().finally(() => (this.#running = null));
    await this.#running;
    // What changed meanwhile may have come too late for it.
    if (this.#isWanted) this.pushAgain();
  }

  /** Pushes soon, and logs what goes wrong. Changes during a push are covered by one more. */
  pushAgain(): void {
    this.#isWanted = true;
    this.#running ??= this.#pushWhileWanted().finally(() => (this.#running = null));
  }

  /** Ends a push that is under way. */
  async stop(): Promise<void> {
    this.#isWanted = false;
    this.#abort.abort();
    await this.#running?.catch(() => {});
  }

  async #pushWhileWanted(): Promise<void> {
    while (this.#isWanted) {
      this.#isWanted = false;
      try {
        await this.#pushOnce();
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        const reason = error instanceof CliError ? error.message : String(error);
        this.#options.log(`Push failed; the version before keeps serving.\n${indent(reason)}`);
      }
    }
  }

  async #pushOnce(): Promise<void> {
    const startedAt = performance.now();
    await runConvexCli({
      projectFolder: this.#options.projectFolder,
      url: this.#options.url,
      args: ["deploy", "--typecheck", "disable", "--live-component-sources"],
      signal: this.#abort.signal,
    });
    this.#options.log(`Pushed in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
  }
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
