import type { Answer } from "./rateLimit.ts";

export interface SlidingLimit {
  kind: "sliding window" | "sliding log";
  rate: number;
  period: number;
}

/** Clocks that are less than this behind the last one seen are waited for; see bucket.ts. */
const MAX_CLOCK_SKEW_MS = 5_000;

const TOLERANCE = 1e-6;
const ROUNDING = 1e-9;

/**
 * A limit over the period before each instant, computed anew from all that was granted. Answers come
 * in the order of their commits; sliding windows have to start at 0.
 */
export class SlidingModel {
  readonly #limit: SlidingLimit;
  readonly #hasShards: boolean;
  #granted: { at: number; count: number }[] = [];
  #checked = 0;
  #seenAt = -Infinity;

  /**
   * @param hasShards Then one can be full while others have room, and requests on different ones are
   * not committed in the order in which they began.
   */
  constructor(limit: SlidingLimit, hasShards = false) {
    this.#limit = limit;
    this.#hasShards = hasShards;
  }

  /** What is wrong with the answers since the last call; null when nothing is. */
  check(answers: readonly Answer[]): string | null {
    for (const answer of answers.slice(this.#checked)) {
      this.#checked += 1;
      const wrong = this.#hasShards ? this.#admitAnywhere(answer) : this.#judge(answer);
      if (wrong !== null) return wrong;
    }
    return null;
  }

  /** Nothing is stored any more, because by a clock that said `at` all was over. */
  swept(at: number): string | null {
    const used = this.#usedAt(at);
    this.#granted = [];
    this.#seenAt = -Infinity;
    return used > TOLERANCE ? `was swept with ${used} used` : null;
  }

  /** The clock has stepped back: what was used stays used, and gets old from now on. */
  #restamp(at: number): void {
    const used = this.#usedAt(this.#seenAt);
    this.#granted = used > 0 ? [{ at, count: used }] : [];
    this.#seenAt = at;
  }

  /** At none of the instants that something was granted at had more been used. */
  #admitAnywhere({ at, count, ok }: Answer): string | null {
    if (!ok) return null;
    const granted = [...this.#granted, { at, count }].sort((one, other) => one.at - other.at);
    for (const instant of granted) {
      this.#granted = granted.filter((each) => each.at <= instant.at);
      const used = this.#usedAt(instant.at);
      if (used > this.#limit.rate + TOLERANCE) return `admitted ${used} of ${this.#limit.rate}`;
    }
    return null;
  }

  #judge(answer: Answer): string | null {
    if (this.#seenAt > answer.at + MAX_CLOCK_SKEW_MS) this.#restamp(answer.at);
    return answer.ok ? this.#admit(answer) : this.#refuse(answer);
  }

  #admit({ at, count }: Answer): string | null {
    const { kind, rate, period } = this.#limit;
    const used = this.#usedAt(at);
    if (used + count > rate + TOLERANCE) return `admitted ${count} on ${used} of ${rate}`;
    const isOver = (grant: Answer | { at: number }) => grant.at <= at - period;
    if (kind === "sliding log") this.#granted = this.#granted.filter((each) => !isOver(each));
    this.#seenAt = Math.max(this.#seenAt, at);
    this.#granted.push({ at: this.#seenAt, count });
    return null;
  }

  #refuse({ at, count, retryAfter = NaN }: Answer): string | null {
    const left = (later: number) => this.#limit.rate - this.#usedAt(later);
    if (count <= left(at) + ROUNDING) return `refused ${count} although ${left(at)} were left`;
    if (!(left(at + retryAfter) >= count - TOLERANCE))
      return `promised ${count} after ${retryAfter} ms, which is too early`;
    if (left(at + retryAfter - 1) >= count - ROUNDING)
      return `promised ${count} after ${retryAfter} ms, which is too late`;
    return null;
  }

  #usedAt(at: number): number {
    const { kind, period } = this.#limit;
    if (kind === "sliding log") return this.#grantedBetween(at - period, Infinity);
    const now = Math.max(at, this.#seenAt);
    const start = Math.floor(now / period) * period;
    const before = this.#grantedBetween(start - period - 1, start - 1);
    const own = this.#grantedBetween(start - 1, Infinity);
    return own + before * (1 - (now - start) / period);
  }

  /** After one instant, up to and with another; instants are whole milliseconds. */
  #grantedBetween(after: number, upTo: number): number {
    return this.#granted
      .filter(({ at }) => at > after && at <= upTo)
      .reduce((sum, { count }) => sum + count, 0);
  }
}
