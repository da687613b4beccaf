import type { Limit } from "./rateLimit.ts";
import type { LoggedAnswer } from "./requestLog.ts";

/** A row as the component stores it: what is left of a shard's share of the capacity. */
export interface StoredShard {
  value: number;
  ts: number;
  cap: number;
  layout: number;
  freeAt: number;
}

const TOLERANCE = 1e-6;
const ROUNDING = 1e-9;

/**
 * Judges the refusals of a limit with shards, of which full ones refill nothing: by the rows that its
 * transaction began with, or by those it was committed on. Fixed windows have to start at 0.
 */
export class ShardHistory {
  readonly #limit: Limit;
  readonly #states: { seq: bigint; rows: readonly StoredShard[] }[] = [{ seq: 0n, rows: [] }];
  #checked = 0;

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  /** To be called after every commit. What is wrong with the answer that it held, if anything. */
  check(answers: readonly LoggedAnswer[], rows: readonly StoredShard[]): string | null {
    let wrong: string | null = null;
    for (const answer of answers.slice(this.#checked)) {
      this.#checked += 1;
      if (!answer.ok) wrong ??= this.#refuse(answer);
    }
    this.#states.push({ seq: answers.at(-1)?.seq ?? 0n, rows });
    return wrong;
  }

  #refuse(answer: LoggedAnswer): string | null {
    const seen = this.#states.findLast(({ seq }) => seq <= answer.snapshot);
    const current = this.#states.at(-1);
    const verdicts = [seen, current].map((state) => this.#judge(answer, state?.rows ?? []));
    return verdicts.includes(null) ? null : (verdicts[0] ?? null);
  }

  #judge(
    { at, count, retryAfter = NaN }: LoggedAnswer,
    rows: readonly StoredShard[],
  ): string | null {
    const left = (later: number) => this.#limit.capacity - this.#usedAt(rows, later);
    if (count <= left(at) + ROUNDING) return `refused ${count} although ${left(at)} were left`;
    if (!(left(at + retryAfter) >= count - TOLERANCE))
      return `promised ${count} after ${retryAfter} ms, which is too early`;
    if (left(at + retryAfter - 1) >= count - ROUNDING)
      return `promised ${count} after ${retryAfter} ms, which is too late`;
    return null;
  }

  #usedAt(rows: readonly StoredShard[], at: number): number {
    const { kind, rate, period } = this.#limit;
    const position = (time: number) =>
      kind === "fixed window" ? Math.floor(time / period) * period : time;
    return rows.reduce((sum, { value, ts, cap, layout }) => {
      const elapsedMs = Math.max(0, position(at) - position(ts));
      return sum + Math.max(0, cap - value - (elapsedMs / period) * (rate / layout));
    }, 0);
  }
}
