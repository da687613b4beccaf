import { randomUUID } from "node:crypto";
import type { LoadedApp } from "../app.ts";

/**
 * Pushes that were started and not finished. Codegen never finishes its own, so only the newest
 * are kept: a CLI finishes a push within seconds, and two at once are already rare.
 */
export class PendingPushes {
  static readonly MAX_PENDING = 4;

  readonly #apps = new Map<string, LoadedApp>();

  add(app: LoadedApp): string {
    const pushId = randomUUID();
    this.#apps.set(pushId, app);
    const [oldest] = this.#apps.keys();
    if (oldest !== undefined && this.#apps.size > PendingPushes.MAX_PENDING) {
      this.#apps.delete(oldest);
    }
    return pushId;
  }

  /** Undefined when the push is unknown or was pushed out by newer ones. */
  take(pushId: string): LoadedApp | undefined {
    const app = this.#apps.get(pushId);
    this.#apps.delete(pushId);
    return app;
  }
}
