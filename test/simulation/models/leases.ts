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
  readonly #calls: LeaseCall[] = [];
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
      this.#calls.push(call);
    }
    return null;
  }

  /** A grant counts at its commit; what it is told may be as of its beginning, as a refusal may. */
  #acquire(call: LeaseCall, held: Held): string | null {
    const { ok, max = 0, active = NaN, at, retryAfter } = call;
    const seen = this.#states.findLast(({ seq }) => seq <= call.snapshot)?.held ?? new Map();
    const views = [seen, this.#withOwn(seen, call), held].map((each) => activeAt(each, at));
    if (ok) {
      const { length } = activeAt(held, this.#latestAt);
      if (length >= max) return `acquired a lease beside ${length}, of at most ${max}`;
      const isTold = this.#hasClockSteps || views.some((ends) => ends.length + 1 === active);
      return isTold ? null : `acquired a lease beside ${length}, and was told of ${active}`;
    }
    const justifies = (ends: readonly number[]) =>
      ends.length >= max &&
      (this.#hasClockSteps || (ends.length === active && waitOf(ends, { at, max }) === retryAfter));
    return views.some(justifies)
      ? null
      : `was refused, and told of ${active} of ${max} and ${retryAfter} ms`;
  }

  /** And what its transaction has itself acquired before. */
  #withOwn(seen: Held, { seq }: LeaseCall): Held {
    const own = this.#calls.filter((call) => call.seq === seq && call.ok);
    return new Map([
      ...seen,
      ...own.map(({ lease = "", expiresAt = 0 }) => [lease, expiresAt] as const),
    ]);
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
