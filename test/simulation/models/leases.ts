/** A call of a concurrency limit, as the app stored it. `lease` is missing when it was refused. */
export interface LeaseCall {
  kind: "acquire" | "renew" | "release";
  at: number;
  ok: boolean;
  lease?: string;
  expiresAt?: number;
  /** Of `acquire`: the most leases that its version of the app allows, and what it was told. */
  max?: number;
  active?: number;
  retryAfter?: number;
  snapshot: bigint;
  seq: bigint;
}

/** Leases by the instant they end; one that was released has ended. */
type Held = ReadonlyMap<string, number>;

/**
 * Judges each call, in the order of their commits, by the calls before it. When clocks step back, a
 * lease that had ended may be active again or not, as somebody may have taken its slot.
 */
export class LeaseModel {
  readonly #hasClockSteps: boolean;
  #states: { seq: bigint; held: Held }[] = [{ seq: 0n, held: new Map() }];
  #checked = 0;
  #latestAt = -Infinity;

  constructor(hasClockSteps: boolean) {
    this.#hasClockSteps = hasClockSteps;
  }

  /** What is wrong with the calls since the last time, and with the leases that are stored now. */
  check(calls: readonly LeaseCall[], stored: readonly { expiresAt: number }[]): string | null {
    for (const call of calls.slice(this.#checked)) {
      const { length } = stored.filter(({ expiresAt }) => expiresAt > call.at);
      if (call.ok && length > (call.max ?? Infinity)) return `stored ${length} of ${call.max}`;
      this.#checked += 1;
      this.#latestAt = Math.max(this.#latestAt, call.at);
      const held = this.#states.at(-1)?.held ?? new Map<string, number>();
      const wrong = call.kind === "acquire" ? this.#acquire(call, held) : this.#use(call, held);
      if (wrong !== null) return wrong;
      this.#states.push({ seq: call.seq, held: after(call, held) });
    }
    return null;
  }

  /** A grant counts at its commit; a refusal may be as of the transaction's beginning. */
  #acquire(call: LeaseCall, held: Held): string | null {
    const { max = 0, active = NaN, snapshot, at } = call;
    const now = activeAt(held, at);
    if (call.ok) {
      const { length } = activeAt(held, this.#latestAt);
      return length < max ? null : `acquired a lease beside ${length}, of at most ${max}`;
    }
    const seen = this.#states.findLast(({ seq }) => seq <= snapshot)?.held ?? new Map();
    const justifies = (ends: readonly number[]) =>
      ends.length >= max &&
      (this.#hasClockSteps ||
        (ends.length === active && waitOf(ends, { at, max }) === call.retryAfter));
    return justifies(activeAt(seen, at)) || justifies(now)
      ? null
      : `refused beside ${now.length} of ${max}, and said ${active}, ${call.retryAfter} ms`;
  }

  #use({ kind, ok, at, lease = "" }: LeaseCall, held: Held): string | null {
    const endsAt = held.get(lease) ?? -Infinity;
    if (ok && endsAt <= at) return `was told that ${kind} was in time, ${at - endsAt} ms too late`;
    if (!ok && endsAt > this.#latestAt) return `was told that ${kind} was too late, in time`;
    return null;
  }
}

function after({ kind, ok, lease = "", expiresAt = 0 }: LeaseCall, held: Held): Held {
  const next = new Map(held);
  if (kind === "release") next.delete(lease);
  else if (ok) next.set(lease, expiresAt);
  return next;
}

function activeAt(held: Held, at: number): number[] {
  return [...held.values()].filter((endsAt) => endsAt > at).sort((one, other) => one - other);
}

/** Until fewer than `max` are left. */
function waitOf(ends: readonly number[], { at, max }: { at: number; max: number }): number {
  return Math.max(1, Math.ceil((ends[ends.length - max] ?? 0) - at));
}
