import { stream } from "convex-helpers/server/stream";
import { compareValues } from "convex/values";
import { invalidCounter } from "../../shared/errors.js";
import type { Total } from "../../shared/total.js";
import type { SweepReturns } from "../../shared/validators.js";
import type { Id } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import schema from "../schema.js";
import { appendBeginning } from "./log.js";
import { total } from "./totals.js";

/** Names of one call: each takes three queries to find, and three to count or four to delete. */
const MOST_NAMES = 400;

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
  const most = typeof endCursor === "string" ? MOST_NAMES : Math.min(numItems, MOST_NAMES);
  const found = await namesAfter(ctx, args, most + 1);
  const names = found
    .slice(0, most)
    .filter((name) => typeof endCursor !== "string" || compareValues(name, endCursor) <= 0);
  const page: ListReturns["page"] = [];
  for (const name of names) page.push({ name, total: await total(ctx, name) });
  return {
    page,
    isDone: names.length === found.length,
    continueCursor: names.at(-1) ?? endCursor ?? cursor ?? args.prefix,
  };
}

/** The first names after a cursor, of all tables together. */
async function namesAfter(
  ctx: QueryCtx,
  { prefix, cursor }: Pick<ListArgs, "prefix" | "cursor">,
  most: number,
): Promise<string[]> {
  const names = new Set<string>();
  const db = stream(ctx.db, schema);
  const after = { name: cursor ?? prefix, isIncluded: cursor === null };
  for (const rows of [
    db.query("counters").withIndex("name", (q) => from(q, after)),
    db.query("events").withIndex("by_name_seq", (q) => from(q, after)),
    db.query("checkpoints").withIndex("by_name_seq", (q) => from(q, after)),
  ])
    for (const { name } of await rows.distinct(["name"]).take(most)) names.add(name);
  const sorted = [...names].sort(compareValues).slice(0, most);
  // They come in order: after the first that does not begin so, none does.
  return sorted.filter((name) => name.startsWith(prefix));
}

/** A range of names that ends where the table ends. */
function from<Range>(
  q: { gt(field: "name", name: string): Range; gte(field: "name", name: string): Range },
  { name, isIncluded }: { name: string; isIncluded: boolean },
): Range {
  return isIncluded ? q.gte("name", name) : q.gt("name", name);
}

/**
 * Deletes counters whose names begin with `prefix`, and says how many documents that were. A counter
 * that it takes several calls to delete is 0 after the first.
 */
export async function deletePrefix(ctx: MutationCtx, prefix: string): Promise<SweepReturns> {
  const names = await namesAfter(ctx, { prefix, cursor: null }, MOST_NAMES);
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

type Row = {
  [Table in "counters" | "events" | "checkpoints" | "history"]: {
    table: Table;
    _id: Id<Table>;
  };
}["counters" | "events" | "checkpoints" | "history"];

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
