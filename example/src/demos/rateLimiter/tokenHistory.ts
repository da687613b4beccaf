/** A bucket from one consumption to the next: until then, time alone decides what is left. */
export interface Spell {
  capacity: number;
  tokensAt: (at: number) => number;
}

/** Calls made on this page that were answered at one instant. */
export interface Attempt {
  at: number;
  granted: number;
  refused: number;
}

export interface Span {
  from: number;
  to: number;
  stepMs: number;
}

/** Longer than any chart looks back. */
const KEPT_MS = 120_000;

/**
 * What a limit did in the last minutes. Nothing is sampled: each time somebody consumes, a new
 * function of time begins to hold, and the functions are kept. So the curve is exact, drops are
 * vertical, and the future is as easy to ask for as the past.
 */
export class TokenHistory {
  #spells: (Spell & { since: number })[] = [];
  #attempts: Attempt[] = [];
  #listeners = new Set<() => void>();
  #version = 0;

  /** Grows with every change, as `useSyncExternalStore` wants it. */
  readonly version = () => this.#version;

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** The most tokens there can be; null until known. */
  get capacity(): number | null {
    return this.#spells.at(-1)?.capacity ?? null;
  }

  /** Begins a spell. */
  follow(since: number, spell: Spell): void {
    this.#spells.push({ ...spell, since });
    // The last one that began before the horizon still holds after it.
    const oldest = this.#spells.findLastIndex((kept) => kept.since < since - KEPT_MS);
    if (oldest > 0) this.#spells.splice(0, oldest);
    this.#changed();
  }

  note(attempt: Attempt): void {
    this.#attempts = this.#attempts.filter(({ at }) => at >= attempt.at - KEPT_MS);
    this.#attempts.push(attempt);
    this.#changed();
  }

  attemptsSince(from: number): Attempt[] {
    return this.#attempts.filter(({ at }) => at >= from);
  }

  /** Instants and tokens left at each; nothing from before the first spell. */
  curve({ from, to, stepMs }: Span): [number, number][] {
    return this.#spells.flatMap(({ since, tokensAt }, index) => {
      const start = Math.max(since, from);
      const end = Math.min(this.#spells[index + 1]?.since ?? to, to);
      return instants({ from: start, to: end, stepMs }).map((at): [number, number] => [
        at,
        tokensAt(at),
      ]);
    });
  }

  #changed(): void {
    this.#version++;
    for (const listener of this.#listeners) listener();
  }
}

/** A history for each of many limits, kept while others are looked at. */
export class TokenHistories {
  #byLimit = new Map<string, TokenHistory>();

  of(limit: string): TokenHistory {
    const history = this.#byLimit.get(limit) ?? new TokenHistory();
    this.#byLimit.set(limit, history);
    return history;
  }
}

/** Both ends, and every step in between. */
function instants({ from, to, stepMs }: Span): number[] {
  if (from > to) return [];
  const steps = Math.ceil((to - from) / stepMs);
  return [...Array.from({ length: steps }, (_, step) => from + step * stepMs), to];
}
