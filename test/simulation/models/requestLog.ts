import type { Answer, Limit } from "./rateLimit.ts";

/** An answer with what its transaction saw, and when it was committed. */
export interface LoggedAnswer extends Answer {
  snapshot: bigint;
  seq: bigint;
}

const TOLERANCE = 1e-6;
const ROUNDING = 1e-9;

/**
 * What a concurrent limit promises, computed anew for each answer from all that was granted. Answers
 * come in the order of their commits, and those of one transaction have the same `seq`.
 */
export class RequestLogModel {
  readonly #limit: Limit;
  readonly #hasClockSteps: boolean;
  readonly #granted: (LoggedAnswer & { addedBefore: number })[] = [];
  #checked = 0;
  #lastAt = -Infinity;
  #added = 0;

  /**
   * @param hasClockSteps Time is then what clocks say has passed, however often, and a refusal may
   * be due to a clock that has not caught up.
   */
  constructor(limit: Limit, hasClockSteps: boolean) {
    this.#limit = limit;
    this.#hasClockSteps = hasClockSteps;
  }

  /** What is wrong with the answers since the last call; null when nothing is. */
  check(answers: readonly LoggedAnswer[]): string | null {
    for (const answer of answers.slice(this.#checked)) {
      this.#checked += 1;
      this.#pass(answer.at);
      const wrong = answer.ok ? this.#admit(answer) : this.#refuse(answer);
      if (wrong !== null) return wrong;
    }
    return null;
  }

  #pass(at: number): void {
    if (at > this.#lastAt) this.#added += this.#addedBetween(this.#lastAt, at);
    if (at > this.#lastAt || this.#hasClockSteps) this.#lastAt = at;
  }

  /** Together with what was in flight when it began, and with nothing else, it may be too much. */
  #admit(answer: LoggedAnswer): string | null {
    this.#granted.push({ ...answer, addedBefore: this.#added });
    const inFlight = this.#granted.filter(({ seq }) => seq > answer.snapshot && seq < answer.seq);
    const allowed = this.#limit.capacity + sumOf(inFlight);
    const used = usedBy(this.#granted, this.#added);
    if (used > allowed + TOLERANCE) return `used ${used} where ${allowed} fit`;
    return null;
  }

  #refuse({ at, count, snapshot, seq, retryAfter = NaN }: LoggedAnswer): string | null {
    if (this.#hasClockSteps) return null;
    const seen = this.#granted.filter((each) => each.seq <= snapshot || each.seq === seq);
    const left = (later: number) => {
      const added = this.#added + this.#addedBetween(this.#lastAt, later);
      return this.#limit.capacity - usedBy(seen, added);
    };
    if (count <= left(at) + ROUNDING) return `refused ${count} although ${left(at)} were left`;
    if (left(at + retryAfter) < count - TOLERANCE)
      return `promised ${count} after ${retryAfter} ms, which is too early`;
    if (left(at + retryAfter - 1) >= count - ROUNDING)
      return `promised ${count} after ${retryAfter} ms, which is too late`;
    return null;
  }

  #addedBetween(from: number, to: number): number {
    if (from === -Infinity) return 0;
    return ((this.#position(to) - this.#position(from)) / this.#limit.period) * this.#limit.rate;
  }

  #position(at: number): number {
    const { kind, period } = this.#limit;
    return kind === "fixed window" ? Math.floor(at / period) * period : at;
  }
}

function sumOf(granted: readonly { count: number }[]): number {
  return granted.reduce((sum, { count }) => sum + count, 0);
}

/** What a bucket has used that got all of it, once `added` tokens have been added since the start. */
function usedBy(granted: readonly { count: number; addedBefore: number }[], added: number): number {
  let used = 0;
  let addedBefore = 0;
  for (const grant of granted) {
    used = Math.max(0, used - (grant.addedBefore - addedBefore)) + grant.count;
    addedBefore = grant.addedBefore;
  }
  return Math.max(0, used - (added - addedBefore));
}
