import type { DocumentWrite } from "../../scripts/backend/engine/recorder/recording.ts";
import type { Begin, Call, Database, Execution } from "./database.ts";
import type { World } from "./world.ts";

/** The backend's retries of a mutation that a client or an action called. */
const RETRIES = { max: 4, firstDelayMs: 100, maxDelayMs: 2_000 } as const;

export interface Timing {
  /** From begin to commit. @default no time at all, so that only slow transactions conflict */
  executionMs: readonly [low: number, high: number];
  /** The longest that the fault `slowTransaction` adds. @default 15 s, the backend's limit */
  maxSlowMs: number;
}

export type Attempt<T> =
  | { kind: "committed"; value: T }
  | { kind: "refused"; where: string }
  | { kind: "threw"; error: unknown };

export type Result<T> = ({ ok: true; value: T } | { ok: false; error: unknown }) & {
  attempts: number;
  /** Where each refused attempt met another transaction: "component/table.index". */
  conflicts: string[];
};

/**
 * Optimistic transactions, as the backend runs them.
 *
 *   begin ──(execution time: others commit)──> is anything read changed since? ──no──> committed
 *     ^                                                 │ yes
 *     └──────────── backoff, new clock and seed ────────┘        (4 times, then the caller gets it)
 *
 * convex-test runs one transaction at a time, so one that takes time runs twice: at its begin, rolled
 * back, to learn what it reads; and at its commit, with the same clock and randomness, if nothing it
 * read has changed.
 */
export class Transactions {
  readonly #world: World;
  readonly #database: Database;
  /** May be changed between transactions. */
  timing: Timing;
  readonly #onCommit: (writes: DocumentWrite[]) => void;

  constructor(parts: {
    world: World;
    database: Database;
    timing: Timing;
    onCommit: (writes: DocumentWrite[]) => void;
  }) {
    this.#world = parts.world;
    this.#database = parts.database;
    this.timing = parts.timing;
    this.#onCommit = parts.onCommit;
  }

  /** A mutation with the retries that clients and actions get. */
  async mutate<T>(call: Call<T>): Promise<Result<T>> {
    const conflicts: string[] = [];
    const isHopeless = this.#world.strikes("exhaustion");
    for (let attempts = 1; ; attempts += 1) {
      const isLast = attempts > RETRIES.max;
      const attempt = await this.attempt(call, {
        isRefused: isHopeless || (!isLast && this.#world.strikes("abort")),
      });
      if (attempt.kind === "committed") {
        return { ok: true, value: attempt.value, attempts, conflicts };
      }
      if (attempt.kind === "threw") return { ok: false, error: attempt.error, attempts, conflicts };
      conflicts.push(attempt.where);
      if (isLast)
        return { ok: false, error: new RetriesExhausted(attempt.where), attempts, conflicts };
      await this.backOff(attempts, RETRIES);
    }
  }

  /** Waits before the next attempt: doubling, with full jitter. */
  async backOff(attempts: number, limits: { firstDelayMs: number; maxDelayMs: number }) {
    const longestMs = Math.min(limits.firstDelayMs * 2 ** (attempts - 1), limits.maxDelayMs);
    const delayMs = this.#world.choices.between([0, longestMs]);
    this.#world.excuse(delayMs);
    await this.#world.timeline.park("backoff", { delayMs });
  }

  /** One try. @param isRefused The fault: it is refused although nothing has changed. */
  async attempt<T>(call: Call<T>, { isRefused }: { isRefused: boolean }): Promise<Attempt<T>> {
    const begin = this.#database.begin(this.#world.nextMoment());
    const durationMs = this.#durationMs(call.label);
    if (durationMs === 0 && !isRefused) return this.#commit(begin, call, null);
    const rehearsal = await this.#database.rehearse(begin, call);
    if (durationMs > 0) await this.#world.timeline.park(call.label, { delayMs: durationMs });
    // The backend answers an error of the function at once: it commits nothing, so nothing is checked.
    if (!rehearsal.ok) return { kind: "threw", error: rehearsal.error };
    if (isRefused) {
      this.#world.noteFault("abort", call.label);
      return { kind: "refused", where: "injected" };
    }
    const where = this.#database.log.conflictSince(begin.position, rehearsal.recording.reads);
    if (where === null) return this.#commit(begin, call, rehearsal);
    this.#world.log(`${call.label}: conflict on ${where}`);
    return { kind: "refused", where };
  }

  #durationMs(label: string): number {
    const ms = this.#world.choices.between(this.timing.executionMs);
    if (!this.#world.strikes("slowTransaction")) return ms;
    const slowMs = 1 + this.#world.choices.draw(this.timing.maxSlowMs);
    this.#world.noteFault("slowTransaction", `${label} takes ${slowMs} ms`, slowMs);
    return ms + slowMs;
  }

  async #commit<T>(
    begin: Begin,
    call: Call<T>,
    rehearsal: Execution<T> | null,
  ): Promise<Attempt<T>> {
    const execution = await this.#database.commit(begin, call);
    if (!execution.ok) return { kind: "threw", error: execution.error };
    const { writes } = execution.recording;
    if (rehearsal !== null && shapeOf(rehearsal.recording.writes) !== shapeOf(writes)) {
      const [first, second] = [shapeOf(rehearsal.recording.writes), shapeOf(writes)];
      this.#world.violate(
        `${call.label} ran twice on the same data and wrote "${first}", then "${second}": ` +
          "it depends on something outside of its transaction.",
      );
    }
    const committed = this.#database.log.add(writes, begin.nowMs);
    if (committed.length > 0) this.#world.log(`${call.label}: committed ${summaryOf(committed)}`);
    this.#onCommit(committed);
    return { kind: "committed", value: execution.value };
  }
}

/** What the backend tells a caller whose mutation met others on every attempt. */
export class RetriesExhausted extends Error {
  constructor(where: string) {
    super(
      `Documents read from or written to ${where} changed while this mutation was being run and ` +
        "on every subsequent retry.",
    );
  }
}

/** Every write in order, for comparing two executions. */
function shapeOf(writes: readonly DocumentWrite[]): string {
  return writes.map(describe).join(" ");
}

/** For people: the same writes counted. */
function summaryOf(writes: readonly DocumentWrite[]): string {
  const counts = new Map<string, number>();
  for (const text of writes.map(describe)) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].map(([text, count]) => (count > 1 ? `${text} x${count}` : text)).join(" ");
}

function describe({ component, table, before, after }: DocumentWrite): string {
  const sign = before === null ? "+" : after === null ? "-" : "~";
  return `${sign}${component === "" ? "" : `${component}/`}${table}`;
}
