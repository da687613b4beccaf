import { findOverlap, type IndexFields } from "../../scripts/backend/engine/recorder/overlap.ts";
import { resolveCommitTs } from "../../scripts/backend/engine/recorder/commitTs.ts";
import type {
  Document,
  DocumentWrite,
  Read,
} from "../../scripts/backend/engine/recorder/recording.ts";

/**
 * What was committed, in order: what a transaction is checked against, and what invariants look at.
 * Commit timestamps have their real values here; inside a transaction they are the greatest int64.
 */
export class CommitLog {
  /** The timestamp of the newest commit, in nanoseconds; 0 before the first. */
  lastTs = 0n;
  readonly #commits: DocumentWrite[][] = [];
  readonly #tables = new Map<string, Map<string, Document>>();
  readonly #indexFields: IndexFields;

  constructor(indexFields: IndexFields) {
    this.#indexFields = indexFields;
  }

  get length(): number {
    return this.#commits.length;
  }

  /** @param nowMs What the clock said to the transaction. */
  add(writes: readonly DocumentWrite[], nowMs: number): DocumentWrite[] {
    const now = BigInt(Math.floor(nowMs)) * 1_000_000n;
    // convex-test's own rule, so that the values here are those it stores.
    const ts = now > this.lastTs ? now : this.lastTs + 1n;
    this.lastTs = ts;
    const resolved = writes.map((write) => ({
      ...write,
      after: write.after === null ? null : resolveCommitTs(write.after, ts),
    }));
    if (resolved.length > 0) this.#commits.push(resolved);
    for (const { component, table, id, after } of resolved) {
      const documents = this.#table(component, table);
      if (after === null) documents.delete(id);
      else documents.set(id, after);
    }
    return resolved;
  }

  /** The index of the first overlapping write since a position, as "component/table.index". */
  conflictSince(position: number, reads: readonly Read[]): string | null {
    for (const writes of this.#commits.slice(position)) {
      const overlap = findOverlap(reads, writes, this.#indexFields);
      if (overlap === null) continue;
      const { read, write } = overlap;
      const index = read.kind === "range" ? `.${read.index}` : "";
      return `${write.component || "app"}/${write.table}${index}`;
    }
    return null;
  }

  /** The committed documents of a table, oldest first. */
  documents(component: string, table: string): Document[] {
    return [...this.#table(component, table).values()];
  }

  document(component: string, table: string, id: string): Document | undefined {
    return this.#table(component, table).get(id);
  }

  #table(component: string, table: string): Map<string, Document> {
    const key = `${component} ${table}`;
    const known = this.#tables.get(key) ?? new Map<string, Document>();
    this.#tables.set(key, known);
    return known;
  }
}
