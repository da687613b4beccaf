/** An answer of a limiter, as the app's mutation stored it with its own clock. */
export interface Answer {
  at: number;
  count: number;
  ok: boolean;
  retryAfter?: number;
}

export interface Limit {
  kind: "token bucket" | "fixed window";
  rate: number;
  period: number;
  capacity: number;
}

/** Clocks that are less than this behind the last one seen are waited for; see bucket.ts. */
const MAX_CLOCK_SKEW_MS = 5_000;

/** How far sums of refills may be apart that were added up in another order. */
const ROUNDING = 1e-9;

/** What may be granted or promised too much because of it. */
const TOLERANCE = 1e-6;

/**
 * What the README of a limiter promises, checked on its answers in the order of their commits.
 * Fixed windows have to start at 0.
 */
export class RateLimitModel {
  readonly #limit: Limit;
  readonly #judgesRefusals: boolean;
  readonly #admitted: { count: number; addedBefore: number }[] = [];
  #checked = 0;
  #lastAt = -Infinity;
  /** What has been added since the start, had there been room; a clock going back adds nothing. */
  #added = 0;
  #tokens: number;
  #ts = -Infinity;

  /** @param judgesRefusals False for limits with shards, of which full ones refill nothing. */
  constructor(limit: Limit, judgesRefusals = true) {
    this.#limit = limit;
    this.#tokens = limit.capacity;
    this.#judgesRefusals = judgesRefusals;
  }

  /** What is wrong with the answers since the last call; null when nothing is. */
  check(answers: readonly Answer[]): string | null {
    for (const answer of answers.slice(this.#checked)) {
      this.#checked += 1;
      this.#added += this.#addedBetween(this.#lastAt, answer.at);
      this.#lastAt = answer.at;
      const wrong = answer.ok ? this.#admit(answer) : this.#refuse(answer);
      if (wrong !== null) return wrong;
    }
    return null;
  }

  /**
   * Nothing is stored any more, because by a clock that said `at` all had drained. That clock may have
   * stepped back since.
   */
  swept(at: number): string | null {
    const left = this.#tokensAt(at);
    if (left < this.#limit.capacity - TOLERANCE) return `was swept with ${left} left`;
    this.#tokens = this.#limit.capacity;
    this.#ts = -Infinity;
    if (at <= this.#lastAt) return null;
    this.#added += this.#addedBetween(this.#lastAt, at);
    this.#lastAt = at;
    return null;
  }

  #admit(answer: Answer): string | null {
    this.#tokens = this.#tokensAt(answer.at) - answer.count;
    this.#ts = this.#lastSeen(answer.at);
    // Who asks for nothing, or for nonsense, may well get it.
    this.#admitted.push({ count: Math.max(0, answer.count || 0), addedBefore: this.#added });
    return this.#overAdmission();
  }

  /** In no stretch of time more than the capacity and what was added. */
  #overAdmission(): string | null {
    let granted = 0;
    for (const { count, addedBefore } of [...this.#admitted].reverse()) {
      granted += count;
      const most = this.#limit.capacity + this.#added - addedBefore;
      if (granted > most + TOLERANCE) return `admitted ${granted} where ${most.toFixed(3)} fit`;
    }
    return null;
  }

  #refuse({ at, count, retryAfter = NaN }: Answer): string | null {
    if (!this.#judgesRefusals) return null;
    if (count <= this.#tokensAt(at) + ROUNDING) {
      return `refused ${count} although ${this.#tokensAt(at).toFixed(3)} were left`;
    }
    if (this.#ts > at + MAX_CLOCK_SKEW_MS) this.#ts = this.#position(at);
    if (!(this.#tokensAt(at + retryAfter) >= count - TOLERANCE)) {
      return `promised ${count} after ${retryAfter} ms, which is too early`;
    }
    if (this.#tokensAt(at + retryAfter - 1) >= count - ROUNDING) {
      return `promised ${count} after ${retryAfter} ms, which is too late`;
    }
    return null;
  }

  #tokensAt(at: number): number {
    const added = this.#addedBetween(Math.min(this.#ts, this.#lastSeen(at)), at);
    return Math.min(this.#limit.capacity, this.#tokens + added);
  }

  /** The instant that the state speaks of after an answer at `at`. */
  #lastSeen(at: number): number {
    const isFromTheFuture = this.#ts > at + MAX_CLOCK_SKEW_MS;
    return isFromTheFuture ? this.#position(at) : Math.max(this.#ts, this.#position(at));
  }

  #addedBetween(from: number, to: number): number {
    if (from === -Infinity) return 0;
    const elapsedMs = this.#position(to) - this.#position(from);
    return (Math.max(0, elapsedMs) / this.#limit.period) * this.#limit.rate;
  }

  #position(at: number): number {
    const { kind, period } = this.#limit;
    return kind === "fixed window" ? Math.floor(at / period) * period : at;
  }
}
