import { join } from "node:path";
import { createBackendServer } from "../backend/server.ts";
import { assertPortFree, listen } from "../listen.ts";
import { Pusher } from "./pusher.ts";
import { startUserInterface } from "./userInterface.ts";
import { watchSources } from "./watchSources.ts";

export interface DevelopmentOptions {
  root: string;
  /** Null serves no pages. */
  uiPort: number | null;
  backendPort: number;
  log: (line: string) => void;
}

/** The example, served: embedded backend, pages, and a push after every change. */
export class Development {
  readonly #options: DevelopmentOptions;
  readonly #cleanups: (() => void | Promise<void>)[] = [];

  constructor(options: DevelopmentOptions) {
    this.#options = options;
  }

  /** Resolves when everything is served; throws when a port is busy or the app has an error. */
  async start(): Promise<void> {
    const { root, uiPort, backendPort, log } = this.#options;
    const projectFolder = join(root, "example");
    // Before the push, which takes longer.
    if (uiPort !== null) await assertPortFree({ number: uiPort, flag: "npm start -- --port" });

    const backend = createBackendServer(log);
    const url = await listen(backend.http, {
      number: backendPort,
      flag: "npm start -- --backend-port",
    });
    this.#cleanups.push(() => backend.close());

    const pusher = new Pusher({ projectFolder, url, log });
    this.#cleanups.push(() => pusher.stop());
    log("Pushing example/ to the embedded backend...");
    // Before the push, so that a change during it is not missed.
    this.#cleanups.push(watchSources(root, () => pusher.pushAgain()));
    await pusher.push();

    log(`Backend: ${url} (in memory)`);
    if (uiPort === null) return;
    const userInterface = await startUserInterface(projectFolder, uiPort, url);
    this.#cleanups.push(() => userInterface.close());
    log(`Open ${userInterface.url}`);
  }

  /** Stops whatever was started, last first; also in the middle of a start that went wrong. */
  async stop(): Promise<void> {
    for (const cleanup of this.#cleanups.splice(0).reverse()) await cleanup();
  }
}
