import type { World } from "./world.ts";

interface Deadline {
  sinceMs: number;
  limitMs: number;
  what: string;
  isTrue: () => boolean;
}

/**
 * Latency invariants: what must come true within some time. The final state alone hides a wake-up
 * that was lost and later made good by chance. A fault is an excuse, so the time starts again when
 * its effect is over.
 */
export class Deadlines {
  #open: Deadline[] = [];
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  add(limitMs: number, what: string, isTrue: () => boolean): void {
    this.#open.push({ sinceMs: this.#world.timeline.nowMs, limitMs, what, isTrue });
  }

  /** To be called after commits and whenever time moves. */
  check(): void {
    const { nowMs } = this.#world.timeline;
    this.#open = this.#open.filter((deadline) => {
      if (deadline.isTrue()) return false;
      const startMs = Math.max(deadline.sinceMs, this.#world.lastDelayEndsAtMs);
      if (nowMs <= startMs + deadline.limitMs) return true;
      this.#violate(deadline);
      return false;
    });
  }

  /** Nothing happens any more, so what is not true now never will be. */
  checkAtRest(): void {
    this.#open.filter(({ isTrue }) => !isTrue()).forEach((each) => this.#violate(each));
  }

  #violate({ what, limitMs }: Deadline): void {
    this.#world.violate(`${what}: not within ${limitMs} ms of calm`);
  }
}
