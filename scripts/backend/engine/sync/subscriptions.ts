import type { FunctionRequest, FunctionRunner, Outcome } from "../functions/functionRunner.ts";
import { findOverlap, type IndexFields } from "../recorder/overlap.ts";
import type { DocumentWrite, PageJournal, Read } from "../recorder/recording.ts";
import type { EngineStats } from "../stats.ts";
import type { StateModification } from "./syncProtocol.ts";

/**
 * A transition shows all queries at one point in time, so a query that a commit touched while the
 * others ran is run again. Under a stream of commits that need not end: after this many rounds the
 * client gets what there is, and the rest in the next transition.
 */
const MAX_ROUNDS = 5;

interface Subscription {
  request: FunctionRequest;
  journal: PageJournal | null;
  reads: readonly Read[];
  /** Commits that arrived while it ran: whether they touch it is known when its reads are. */
  missed: DocumentWrite[][] | null;
  outcome: Outcome | null;
  /** What the client has, as text, to leave out results that did not change. */
  sent: string | null;
}

interface Host {
  runner: FunctionRunner;
  indexFields: IndexFields;
  stats: EngineStats;
  /** False runs every query after every commit; the results must be the same. */
  isSelective: boolean;
}

/** The queries one client watches. */
export class Subscriptions {
  readonly #host: Host;
  readonly #byId = new Map<number, Subscription>();
  readonly #stale = new Set<number>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** True when a query has to run before the client is up to date. */
  get isStale(): boolean {
    return this.#stale.size > 0;
  }

  has(queryId: number): boolean {
    return this.#byId.has(queryId);
  }

  add(queryId: number, request: FunctionRequest, journal: string | null): void {
    const unread = { reads: [], missed: null, outcome: null, sent: null };
    this.#byId.set(queryId, { request, journal: parseJournal(journal), ...unread });
    this.#stale.add(queryId);
  }

  remove(queryId: number): void {
    this.#byId.delete(queryId);
    this.#stale.delete(queryId);
  }

  clear(): void {
    this.#byId.clear();
    this.#stale.clear();
  }

  /** Notes which queries a commit touches. */
  invalidate(writes: DocumentWrite[]): void {
    for (const [id, subscription] of this.#byId) {
      if (subscription.missed !== null) subscription.missed.push(writes);
      else if (this.#isTouched(subscription, writes)) this.#stale.add(id);
      else if (!this.#stale.has(id)) this.#host.stats.skipped += 1;
    }
  }

  /** Runs the queries that need it, and returns the results that are new to the client. */
  async refresh(): Promise<StateModification[]> {
    const ran = new Set<number>();
    for (let round = 0; round < MAX_ROUNDS && this.#stale.size > 0; round += 1) {
      const ids = [...this.#stale];
      this.#stale.clear();
      for (const id of ids) {
        const subscription = this.#byId.get(id);
        if (subscription === undefined) continue;
        ran.add(id);
        await this.#run(id, subscription);
      }
    }
    return [...ran].flatMap((id) => this.#news(id));
  }

  async #run(id: number, subscription: Subscription): Promise<void> {
    const { runner, stats } = this.#host;
    if (subscription.outcome !== null) stats.reruns += 1;
    const missed: DocumentWrite[][] = [];
    subscription.missed = missed;
    const { outcome, reads, journal } = await runner.query(
      subscription.request,
      subscription.journal,
    );
    Object.assign(subscription, { outcome, reads, missed: null });
    subscription.journal = journal ?? subscription.journal;
    if (missed.some((writes) => this.#isTouched(subscription, writes))) this.#stale.add(id);
  }

  #isTouched({ reads }: Subscription, writes: DocumentWrite[]): boolean {
    const { isSelective, indexFields } = this.#host;
    return !isSelective || findOverlap(reads, writes, indexFields) !== null;
  }

  #news(queryId: number): StateModification[] {
    const subscription = this.#byId.get(queryId);
    const outcome = subscription?.outcome ?? null;
    if (subscription === undefined || outcome === null) return [];
    const { logLines, ...result } = outcome;
    const journal = subscription.journal === null ? null : JSON.stringify(subscription.journal);
    const text = JSON.stringify([result, journal]);
    if (text === subscription.sent) return [];
    subscription.sent = text;
    if (result.ok) {
      return [{ type: "QueryUpdated", queryId, value: result.value, logLines, journal }];
    }
    const { ok: _, ...failure } = result;
    return [{ type: "QueryFailed", queryId, ...failure, logLines, journal }];
  }
}

/** A journal comes back from the client, which may have it from another backend: it is a hint. */
function parseJournal(text: string | null): PageJournal | null {
  try {
    const journal = JSON.parse(text ?? "null") as PageJournal | null;
    return typeof journal?.endCursor === "string" ? journal : null;
  } catch {
    return null;
  }
}
