import type { Value } from "convex/values";

/** A row, system fields included. */
export type Document = Record<string, Value>;

/** One condition of an index range, as `q.eq`, `q.gt`... state it; `undefined` is a missing field. */
export interface Bound {
  type: "Eq" | "Gt" | "Gte" | "Lt" | "Lte";
  fieldPath: string;
  value: Value | undefined;
}

/** A place in an index: a row that was returned there, or the key values a cursor holds. */
export type Position = { row: Document } | { key: readonly (Value | undefined)[] };

/** A document looked up by id; also recorded for patch, replace and delete, which read it first. */
export interface PointRead {
  kind: "point";
  component: string;
  id: string;
}

/**
 * A piece of an index. As in the real backend, a stream read to its end covers the whole range,
 * and one stopped early covers it up to and including the last row returned.
 */
export interface RangeRead {
  kind: "range";
  component: string;
  table: string;
  index: string;
  bounds: readonly Bound[];
  order: "asc" | "desc";
  /** Exclusive start, for a page; null means the start of the range. */
  after: Position | null;
  /** Inclusive end; "nothing" until the first row was asked for. */
  upTo: Position | "end" | "nothing";
}

/** A whole table: text search and `count`, whose exact ranges are not worth modelling. */
export interface TableRead {
  kind: "table";
  component: string;
  table: string;
}

/** One thing an execution read, for `findOverlap`. */
export type Read = PointRead | RangeRead | TableRead;

/** What a transaction did to one document: as it was committed before, and as it was left. */
export interface DocumentWrite {
  component: string;
  table: string;
  id: string;
  before: Document | null;
  after: Document | null;
  /** On a new `_scheduled_functions` row: what it calls. Set by whoever runs "1.0/schedule". */
  functionHandle?: string;
}

/** The page a paginated query returned first, so that a re-run returns the same one. */
export interface PageJournal {
  cursor: string | null;
  endCursor: string;
}

/** Documents the recorder itself read for before and after images; hidden from the metrics. */
export interface Overhead {
  databaseQueries: number;
  documentsRead: number;
  bytesRead: number;
}

/** What one function execution read and wrote, nested calls included. */
export class Recording {
  readonly reads: Read[] = [];
  /** Reads of `useStaleSnapshot` queries: never a reason for a conflict, hence kept apart. */
  readonly staleReads: Read[] = [];
  readonly streams = new Map<
    number,
    { read: RangeRead | TableRead; limit: number | null; rows: number }
  >();
  readonly overhead: Overhead;
  readonly isNested: boolean;
  /** In: the page to return again. Out: the page that was returned. */
  journal: PageJournal | null;
  /** Filled by the first syscall: a handler runs in one component from start to end. */
  component: string | null = null;
  readonly #writes = new Map<string, DocumentWrite>();

  constructor(options: { parent?: Recording; journal?: PageJournal | null } = {}) {
    this.isNested = options.parent !== undefined;
    this.overhead = options.parent?.overhead ?? {
      databaseQueries: 0,
      documentsRead: 0,
      bytesRead: 0,
    };
    this.journal = options.journal ?? null;
  }

  /** The documents that are not as they were. */
  get writes(): DocumentWrite[] {
    return [...this.#writes.values()].filter(({ before, after }) => before !== after);
  }

  /** What was done to one document so far. */
  writeOf(component: string, id: string): DocumentWrite | undefined {
    return this.#writes.get(`${component} ${id}`);
  }

  /** Several writes to one document are one change, from the first image to the last. */
  addWrite(write: DocumentWrite): void {
    const earlier = this.writeOf(write.component, write.id);
    this.#writes.set(`${write.component} ${write.id}`, {
      ...earlier,
      ...write,
      before: earlier === undefined ? write.before : earlier.before,
    });
  }

  /** Takes over a nested call. The writes of one that threw are gone, its reads happened. */
  absorb(child: Recording, kind: "query" | "mutation" | "snapshotQuery", succeeded: boolean): void {
    this.staleReads.push(...child.staleReads);
    (kind === "snapshotQuery" ? this.staleReads : this.reads).push(...child.reads);
    if (succeeded) child.#writes.forEach((write) => this.addWrite(write));
  }
}
