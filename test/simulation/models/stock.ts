/** What an app asked of a bounded counter, and what came of it, in the order of commits. */
export interface Request {
  kind: "tryAdd" | "add" | "set" | "look";
  /** By how much, to what, or what was seen. */
  count: number;
  ok: boolean;
  /** What it was told that the total is. */
  total?: number;
  /** The bounds that the instance declared. */
  min: number;
  max: number;
  /** What the transaction saw of others, and when it was committed itself. */
  snapshot: bigint;
  seq: bigint;
}

/**
 * What bounded counters promise: whatever is granted keeps the total in its bounds, and whatever is
 * refused would not have, as of the beginning of the transaction.
 */
export class StockModel {
  readonly #passed: { request: Request; total: number }[] = [];
  #total = 0;

  /** The total after the last request. */
  get total(): number {
    return this.#total;
  }

  /** What is wrong with the requests since the last call; null when nothing is. */
  check(requests: readonly Request[]): string | null {
    for (const request of requests.slice(this.#passed.length)) {
      const wrong = this.#judge(request, this.#seenBy(request));
      if (request.ok) this.#total = after(request, this.#total);
      this.#passed.push({ request, total: this.#total });
      if (wrong !== null) return wrong;
    }
    return null;
  }

  #judge(request: Request, seen: number): string | null {
    const { kind, count, ok, total } = request;
    const [before, what] = [ok ? this.#total : seen, `${kind} ${count} at ${seen}`];
    if (kind === "look") return count === seen ? null : `saw ${count} where ${seen} was`;
    if (ok !== isAllowed(request, before)) return `${what} was ${ok ? "granted" : "refused"}`;
    const told = ok ? after(request, before) : seen;
    return total === undefined || total === told ? null : `${what} was told ${total}`;
  }

  /** The total as of the snapshot, with what the transaction has done before. */
  #seenBy({ snapshot, seq }: Request): number {
    const seen = this.#passed.findLast(({ request }) => request.seq <= snapshot)?.total ?? 0;
    const own = this.#passed.filter(({ request }) => request.seq === seq && request.ok);
    return own.reduce((total, { request }) => after(request, total), seen);
  }
}

function after({ kind, count }: Request, total: number): number {
  if (kind === "look") return total;
  return kind === "set" ? count : total + count;
}

/** From outside, where it is after bounds were drawn tighter, it may come closer. */
function isAllowed({ kind, count, min, max }: Request, total: number): boolean {
  const next = kind === "set" ? count : total + count;
  if (kind === "set") return next >= min && next <= max;
  return count === 0 || (count > 0 ? next <= max : next >= min);
}
