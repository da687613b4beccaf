import type {
  DocumentByName,
  GenericDataModel,
  GenericDocument,
  GenericQueryCtx,
  TableNamesInDataModel,
} from "convex/server";
import { invalidCounter } from "../shared/errors.js";
import type { Calls } from "./calls.js";
import type { RunMutationCtx } from "./ctx.js";
import type { AmountOf } from "./options.js";
import {
  contribution,
  difference,
  type Contribution,
  type CountedIn,
  type CountedOptions,
  type Trigger,
} from "./trigger.js";

/** Documents of one step: each is read, and may count in a counter of its own. */
const DEFAULT_BATCH = 200;
const MAX_BATCH = 1000;

/** What a backfill counts. */
export interface BackfillOptions<
  Name extends string,
  DataModel extends GenericDataModel,
  TableName extends TableNamesInDataModel<DataModel>,
  Amount,
> extends CountedOptions<DocumentByName<DataModel, TableName>, Amount> {
  /** The table whose documents are counted. */
  table: TableName;
  /** A name, or which names a document counts in. As for `trigger`. */
  countedIn: CountedIn<Name, DocumentByName<DataModel, TableName>, Amount>;
  /**
   * The names that go to 0 when it starts. If `countedIn` is a function whose names cannot be listed,
   * begin them alike, call `deletePrefix` before, and give an `id`.
   * @default the name, if `countedIn` is one
   */
  names?: readonly Name[];
  /**
   * Tells backfills apart; to be kept while one is running. Needed for a function without `names`.
   * @default the table and the name, or the first of `names`
   */
  id?: string;
}

type BackfillCtx<DataModel extends GenericDataModel> = RunMutationCtx &
  Pick<GenericQueryCtx<DataModel>, "db">;

/**
 * Counts what a table holds, while it is being written. Documents that exist at `start` are counted by
 * steps, in the order of their creation, and later ones when they are inserted. An update or delete of
 * a document that no step has come to yet is not counted: the step will find it as it is then.
 */
export class Backfill<
  Name extends string,
  DataModel extends GenericDataModel,
  TableName extends TableNamesInDataModel<DataModel>,
  Int64 extends boolean,
> {
  readonly id: string;
  /** Register it with `Triggers` for every write of the table, before `start` and for good. */
  readonly gate: Trigger<RunMutationCtx, DataModel, TableName>;
  readonly #calls: Calls<Name, Int64>;
  readonly #options: BackfillOptions<Name, DataModel, TableName, AmountOf<Int64>>;
  readonly #contributionOf: Contribution<Name, DocumentByName<DataModel, TableName>>;

  constructor(
    calls: Calls<Name, Int64>,
    options: BackfillOptions<Name, DataModel, TableName, AmountOf<Int64>>,
  ) {
    const { countedIn } = options;
    this.id = idOf(options);
    calls.claimBackfill(this.id);
    this.#calls = calls;
    this.#options = options;
    this.#contributionOf = contribution(countedIn, options, (name, amount) =>
      calls.amount(name, amount),
    );
    this.gate = async (ctx, change) => {
      const additions = calls.additions(ctx, difference(this.#contributionOf, change));
      const doc = change.operation === "insert" ? change.newDoc : change.oldDoc;
      if (additions.length === 0) return;
      const args = { id: this.id, createdAt: createdAt(doc), additions };
      const shards = await ctx.runMutation(calls.component.backfills.add, args);
      if (shards) calls.rememberAll(ctx, additions, shards);
    };
  }

  /**
   * Sets the counts to 0 and begins. Starting again begins anew, so nothing is counted twice. Reads the
   * newest document, and so conflicts with inserts.
   */
  async start(ctx: BackfillCtx<DataModel>): Promise<void> {
    const { table, countedIn, names } = this.#options;
    const newest = await ctx.db.query(table).order("desc").first();
    const own = typeof countedIn === "string" ? [countedIn] : [];
    const counters = (names ?? own).map((name) => this.#calls.counter(name));
    this.#calls.touchWhole(ctx, counters);
    await ctx.runMutation(this.#calls.component.backfills.start, {
      id: this.id,
      cutoff: newest ? createdAt(newest) : 0,
      counters,
    });
  }

  /**
   * Counts the next documents. Conflicts with updates and deletes of documents that steps count, and
   * not with inserts. Call it until `isDone`, each time in a mutation of its own.
   *
   * @param options `batch`: how many documents, from 1 to 1000. @default 200
   * @returns How many were counted, and whether the backfill is over; so it is if it was not started.
   */
  async step(
    ctx: BackfillCtx<DataModel>,
    { batch = DEFAULT_BATCH }: { batch?: number } = {},
  ): Promise<{ counted: number; isDone: boolean }> {
    if (!Number.isInteger(batch) || batch < 1 || batch > MAX_BATCH)
      throw invalidCounter(this.id, "batch", {
        found: batch,
        wanted: `a whole number from 1 to ${MAX_BATCH}`,
      });
    const { backfills } = this.#calls.component;
    const progress = await ctx.runQuery(backfills.progress, { id: this.id });
    if (!progress) return { counted: 0, isDone: true };
    const docs = await this.#docsAfter(ctx, progress, batch);
    const last = docs.at(-1);
    const isDone = docs.length < batch || last === undefined;
    const pairs = docs.flatMap((doc) => this.#contributionOf(doc));
    const additions = this.#calls.additions(ctx, pairs);
    const inRows = additions.filter(({ shards, bounds }) => shards !== undefined || bounds);
    this.#calls.touchWhole(ctx, inRows);
    await ctx.runMutation(backfills.advance, {
      id: this.id,
      countedUntil: isDone ? null : createdAt(last),
      additions,
    });
    return { counted: docs.length, isDone };
  }

  /** A batch, and whatever was created at the same time as its last document. */
  async #docsAfter(
    ctx: BackfillCtx<DataModel>,
    { countedUntil, cutoff }: { countedUntil: number; cutoff: number },
    batch: number,
  ): Promise<DocumentByName<DataModel, TableName>[]> {
    // The types of a table that is not known here do not say that creation times are numbers.
    const docs = await ctx.db
      .query(this.#options.table)
      .withIndex("by_creation_time", (q) =>
        q.gt("_creationTime", countedUntil as never).lte("_creationTime", cutoff as never),
      )
      .take(batch);
    const last = docs.at(-1);
    if (!last) return docs;
    const ties = await ctx.db
      .query(this.#options.table)
      .withIndex("by_creation_time", (q) => q.eq("_creationTime", createdAt(last) as never))
      .take(MAX_BATCH);
    const ids = new Set(docs.map(({ _id }) => _id));
    return [...docs, ...ties.filter(({ _id }) => !ids.has(_id))];
  }
}

/**
 * No two backfills may count in the same name: so a name tells them apart.
 *
 * @throws INVALID_COUNTER with the field `id`.
 */
function idOf<Name extends string>({
  id,
  table,
  countedIn,
  names = [],
}: {
  id?: string;
  table: string;
  countedIn: Name | ((doc: never) => unknown);
  names?: readonly Name[];
}): string {
  const name = typeof countedIn === "string" ? countedIn : names[0];
  if (id === undefined && name === undefined)
    throw invalidCounter(table, "id", { found: id, wanted: "given where names cannot be listed" });
  return id ?? `${table}:${name}`;
}

/** Milliseconds of UTC. */
function createdAt({ _creationTime }: GenericDocument): number {
  return Number(_creationTime);
}
