import { stream, type QueryStream } from "convex-helpers/server/stream";
import { compareValues } from "convex/values";
import { invalidCounter } from "../../shared/errors.js";
import { endOfPrefix } from "../../shared/names.js";
import type { Total } from "../../shared/total.js";
import type { SweepReturns } from "../../shared/validators.js";
import type { Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import schema from "../schema.js";
import { appendBeginning } from "./log.js";
import { total } from "./totals.js";

/** Names of one deletion: each takes four queries to find, and four to delete. */
const MOST_NAMES = 400;

/** Names of a page. Who asks for more gets more pages. */
const MOST_LISTED = 100;

/** What a page may read before it ends early, as tails may be long: a quarter of the limit. */
const MOST_READ = 8_000;

/** Documents that one call deletes, each read and written: far below the limits of a transaction. */
const MOST_DELETED = 4_000;

/** Which names, in their order. */
export interface ListArgs {
  prefix: string;
  numItems: number;
  /** The last name of the page before. */
  cursor: string | null;
  /** The last name that this page may hold, however many come before. */
  endCursor?: string | null;
}

/** A page of counters. */
export interface ListReturns {
  page: { name: string; total: Total }[];
  isDone: boolean;
  continueCursor: string;
}

/** Names that begin with `prefix`, with their totals. */
export async function listCounters(ctx: QueryCtx, args: ListArgs): Promise<ListReturns> {
  const { numItems, cursor, endCursor } = args;
  if (!Number.isInteger(numItems) || numItems < 1)
    throw invalidCounter("", "numItems", { found: numItems, wanted: "a whole number above 0" });
  // A page that has an end holds all up to there: the next one begins after it.
  const isEnded = typeof endCursor === "string";
  const most = isEnded ? MOST_NAMES : Math.min(numItems, MOST_LISTED);
  const found = await namesAfter(ctx, { ...args, tables: COUNTED_IN }, most + 1);
  const page: ListReturns["page"] = [];
  for (const name of found.slice(0, most)) {
    if (isEnded ? compareValues(name, endCursor) > 0 : page.length > 0 && (await hasReadMuch(ctx)))
      break;
    page.push({ name, total: await total(ctx, name) });
  }
  return {
    page,
    isDone: page.length === found.length,
    continueCursor: page.at(-1)?.name ?? endCursor ?? cursor ?? args.prefix,
  };
}

/** A counter that has read this much by itself is the last of its page. */
async function hasReadMuch(ctx: QueryCtx): Promise<boolean> {
  const { documentsRead } = await ctx.meta.getTransactionMetrics();
  return documentsRead.used > MOST_READ;
}

type Table = "counters" | "events" | "checkpoints" | "history";

/** Where counters that are not 0 are found. */
const COUNTED_IN: readonly Table[] = ["counters", "events", "checkpoints"];

/** Where anything of a counter is found: sweeps forget names at 0, and keep their histories. */
const STORED_IN: readonly Table[] = [...COUNTED_IN, "history"];

/** The first names after a cursor, of all the tables together. */
async function namesAfter(
  ctx: QueryCtx,
  { tables, ...range }: Pick<ListArgs, "prefix" | "cursor"> & { tables: readonly Table[] },
  most: number,
): Promise<string[]> {
  const names = new Set<string>();
  for (const table of tables)
    for (const { name } of await namedRows(ctx, table, range).distinct(["name"]).take(most))
      names.add(name);
  return [...names].sort(compareValues).slice(0, most);
}

function namedRows(
  ctx: QueryCtx,
  table: Table,
  range: Pick<ListArgs, "prefix" | "cursor">,
): QueryStream<{ name: string }> {
  const db = stream(ctx.db, schema);
  switch (table) {
    case "counters":
      return db.query(table).withIndex("name", (q) => within(q, range));
    case "history":
      return db.query(table).withIndex("by_name_unit_startAt", (q) => within(q, range));
    case "events":
    case "checkpoints":
      return db.query(table).withIndex("by_name_seq", (q) => within(q, range));
  }
}

interface LowerBound<Range> {
  gt(field: "name", name: string): UpperBound<Range> & Range;
  gte(field: "name", name: string): UpperBound<Range> & Range;
}

interface UpperBound<Range> {
  lt(field: "name", name: string): Range;
}

/** Names that begin with the prefix, after the cursor: nothing is read of others. */
function within<Range>(
  q: LowerBound<Range>,
  { prefix, cursor }: Pick<ListArgs, "prefix" | "cursor">,
): Range {
  const after = cursor === null ? q.gte("name", prefix) : q.gt("name", cursor);
  const end = endOfPrefix(prefix);
  return end === null ? after : after.lt("name", end);
}

/**
 * Deletes counters whose names begin with `prefix`, and says how many documents that were. A counter
 * that it takes several calls to delete is 0 after the first.
 */
export async function deletePrefix(ctx: MutationCtx, prefix: string): Promise<SweepReturns> {
  const names = await namesAfter(ctx, { prefix, cursor: null, tables: STORED_IN }, MOST_NAMES);
  let deleted = 0;
  for (const name of names) {
    const most = MOST_DELETED - deleted;
    const rows = await rowsOf(ctx, name, most);
    if (rows.length === most) await appendBeginning(ctx, { name }, 0);
    for (const { table, _id } of rows) await ctx.db.delete(table, _id);
    deleted += rows.length;
    if (rows.length === most) return { deleted, isDone: false };
  }
  return { deleted, isDone: names.length < MOST_NAMES };
}

type Row = { [Name in Table]: { table: Name; _id: Id<Name> } }[Table];

/** What a counter consists of, its rows first: `most` documents, or all if there are fewer. */
async function rowsOf(ctx: QueryCtx, name: string, most: number): Promise<Row[]> {
  const { db } = ctx;
  const shards = await db
    .query("counters")
    .withIndex("name", (q) => q.eq("name", name))
    .take(most);
  const rows: Row[] = shards.map(({ _id }) => ({ table: "counters", _id }));
  for (const table of ["events", "checkpoints"] as const)
    for (const { _id } of await db
      .query(table)
      .withIndex("by_name_seq", (q) => q.eq("name", name))
      .take(most - rows.length))
      rows.push({ table, _id } as Row);
  const booked = await db
    .query("history")
    .withIndex("by_name_unit_startAt", (q) => q.eq("name", name))
    .take(most - rows.length);
  return [...rows, ...booked.map(({ _id }): Row => ({ table: "history", _id }))];
}
