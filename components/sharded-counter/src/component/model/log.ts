import { EMPTY_LOG, replay, wholeTransactions } from "../../shared/log.js";
import type { Total } from "../../shared/total.js";
import type { Counter } from "../../shared/validators.js";
import { internal } from "../_generated/api.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { background } from "./background.js";

/*
 * The log. An addition appends to it and reads nothing. A mutation that wants to know the total reads
 * up to the snapshot of its transaction: every range it reads is closed above by the snapshot, and
 * whatever is committed later has a later `seq`, so nothing that anybody commits can invalidate it.
 */

/** Additions between two checkpoints, on average; so that tails are as long. */
const ADDITIONS_PER_CHECKPOINT = 14;

/** Additions and beginnings between two sweeps, on average. */
const ADDITIONS_PER_SWEEP = 256;

/** Longer than any transaction that may still read what a sweep deletes. */
export const SWEEP_AFTER_MS = 90_000;

/**
 * Nearly all that a transaction may read. A tail is that long only if mutations that append 16,000
 * rows each, the most that one can write, follow each other within seconds.
 */
const MOST_EVENTS = 30_000;

/** What an addition may read on behalf of others; longer tails are left to the sweep. */
const MOST_EVENTS_PER_ADDITION = 1_000;

/**
 * What a transaction may have used when an addition makes a checkpoint, about an eighth of its limits
 * and less of its queries: most is left to the caller, also if one more tail is as long as can be.
 */
const MOST_USED = { documentsRead: 4_000, databaseQueries: 256, bytesRead: 2 ** 21 };

/** A log as of the snapshot of the transaction: its newest checkpoint, and the events since. */
interface Snapshot {
  base: Doc<"checkpoints"> | null;
  tail: Doc<"events">[];
}

/** A total as of an instant. */
export interface Rollup {
  count: Total;
  asOf: number;
}

/** Appends a change, if it is one. Costs 1 write, and conflicts with nothing. */
export async function appendAddition(
  ctx: MutationCtx,
  { name, history }: Pick<Counter, "name" | "history">,
  count: Total,
): Promise<void> {
  if (count === 0) return;
  await append(ctx, { name, history, kind: "add", count });
  if (Math.random() * ADDITIONS_PER_CHECKPOINT < 1) await foldOnce(ctx, name);
  await requestSweepSometimes(ctx);
}

/**
 * Starts the log anew at `count`. Costs 2 writes; conflicts with nothing, and wipes what is before. So
 * the checkpoint that comes with it need not read what is before: who starts from it comes to the
 * beginning next, which has a later `seq`. Only who reads no further than checkpoints sees its total.
 */
export async function appendBeginning(
  ctx: MutationCtx,
  { name, history }: Pick<Counter, "name" | "history">,
  count: Total,
): Promise<void> {
  await append(ctx, { name, history, kind: "set", count });
  const upTo = ctx.meta.getSnapshotTs();
  await ctx.db.insert("checkpoints", { name, total: count, upTo, seq: ctx.db.vars.commitTs });
  await requestSweepSometimes(ctx);
}

type NewEvent = Pick<Doc<"events">, "name" | "history" | "kind" | "count">;

async function append(ctx: MutationCtx, event: NewEvent): Promise<void> {
  await ctx.db.insert("events", { ...event, seq: ctx.db.vars.commitTs });
}

/**
 * What the log adds up to, with what the transaction itself has appended. Costs 2 queries and reads
 * the newest checkpoint and the events since; in a mutation, it conflicts with additions.
 */
export async function readLog(ctx: QueryCtx, name: string): Promise<Total> {
  const checkpoint = await newestCheckpoint(ctx, name);
  const tail = await readTail(ctx, name, checkpoint?.upTo ?? 0n);
  return replay(checkpoint?.total ?? EMPTY_LOG, tail);
}

/**
 * What the log was at its newest checkpoint, and when that was, in milliseconds of UTC. Costs 1 query
 * and 1 document; a young log without a checkpoint is read itself.
 */
export async function readLogRollup(ctx: QueryCtx, name: string): Promise<Rollup> {
  const checkpoint = await newestCheckpoint(ctx, name);
  if (checkpoint) return { count: checkpoint.total, asOf: Math.floor(checkpoint._creationTime) };
  const tail = await readTail(ctx, name, 0n);
  return { count: replay(EMPTY_LOG, tail), asOf: Math.floor(tail.at(-1)?._creationTime ?? 0) };
}

function newestCheckpoint(ctx: QueryCtx, name: string): Promise<Doc<"checkpoints"> | null> {
  return ctx.db
    .query("checkpoints")
    .withIndex("by_name_seq", (q) => q.eq("name", name))
    .order("desc")
    .first();
}

async function readTail(ctx: QueryCtx, name: string, after: bigint): Promise<Doc<"events">[]> {
  const tail = await ctx.db
    .query("events")
    .withIndex("by_name_seq", (q) => q.eq("name", name).gt("seq", after))
    .take(MOST_EVENTS);
  return assertComplete(tail);
}

/**
 * What the log adds up to for a mutation: as of its snapshot, with what the transaction itself has
 * appended. Costs 3 queries, and conflicts with nothing.
 */
export async function readLogInMutation(ctx: MutationCtx, name: string): Promise<Total> {
  const { base, tail } = await readSnapshot(ctx, name, MOST_EVENTS);
  const own = await ctx.db
    .query("events")
    .withIndex("by_name_seq", (q) => q.eq("name", name).eq("seq", ctx.db.vars.commitTs))
    .take(MOST_EVENTS);
  return replay(base?.total ?? EMPTY_LOG, [...assertComplete(tail), ...assertComplete(own)]);
}

/**
 * Whether anything was ever appended and not wiped by a sweep. Conflicts with additions only if not:
 * who then goes on as if there were no log must not be overtaken by the first of them.
 */
export async function hasLog(ctx: MutationCtx, name: string): Promise<boolean> {
  const { base, tail } = await readSnapshot(ctx, name, 1);
  if (base || tail.length > 0) return true;
  const snapshot = ctx.meta.getSnapshotTs();
  const later = await ctx.db
    .query("events")
    .withIndex("by_name_seq", (q) => q.eq("name", name).gt("seq", snapshot))
    .first();
  return later !== null;
}

async function readSnapshot(ctx: MutationCtx, name: string, most: number): Promise<Snapshot> {
  const snapshot = ctx.meta.getSnapshotTs();
  const base = await ctx.db
    .query("checkpoints")
    .withIndex("by_name_seq", (q) => q.eq("name", name).lte("seq", snapshot))
    .order("desc")
    .first();
  const tail = await ctx.db
    .query("events")
    .withIndex("by_name_seq", (q) =>
      q
        .eq("name", name)
        .gt("seq", base?.upTo ?? 0n)
        .lte("seq", snapshot),
    )
    .take(most);
  return { base, tail };
}

/** A count that left something out would be wrong in silence. */
function assertComplete(events: Doc<"events">[]): Doc<"events">[] {
  if (events.length === MOST_EVENTS)
    throw new Error(`invariant: a log's tail is shorter than ${MOST_EVENTS} events`);
  return events;
}

/** Makes a checkpoint on behalf of an addition: one per transaction, however many it adds. */
async function foldOnce(ctx: MutationCtx, name: string): Promise<void> {
  const { documentsRead, databaseQueries, bytesRead } = await ctx.meta.getTransactionMetrics();
  // What the caller has yet to read must not fail because of this.
  if (documentsRead.used > MOST_USED.documentsRead) return;
  if (databaseQueries.used > MOST_USED.databaseQueries) return;
  if (bytesRead.used > MOST_USED.bytesRead) return;
  const own = await ctx.db
    .query("checkpoints")
    .withIndex("by_name_seq", (q) => q.eq("name", name).eq("seq", ctx.db.vars.commitTs))
    .first();
  if (own === null) await fold(ctx, name, MOST_EVENTS_PER_ADDITION);
}

/**
 * Makes a checkpoint of what the snapshot holds, if it holds anything new. It is a pure function of
 * rows that never change, so that it does not matter who else is making one. Never called with what a
 * stale query has read, which may be older than any transaction that is still running.
 *
 * @param most How many events to read; more if all of those are of one transaction.
 */
export async function fold(ctx: MutationCtx, name: string, most: number): Promise<void> {
  const { base, tail } = await readSnapshot(ctx, name, most);
  const isCutOff = tail.length === most;
  const whole = wholeTransactions(tail, isCutOff);
  const events = isCutOff && whole.length === 0 ? await readFirstTransaction(ctx, tail) : whole;
  const upTo = isCutOff ? events.at(-1)?.seq : ctx.meta.getSnapshotTs();
  if (events.length === 0 || typeof upTo !== "bigint") return;
  const total = replay(base?.total ?? EMPTY_LOG, events);
  await ctx.db.insert("checkpoints", { name, total, upTo, seq: ctx.db.vars.commitTs });
}

/** All events of the transaction that fills a tail. Otherwise every addition would read it in vain. */
async function readFirstTransaction(
  ctx: MutationCtx,
  [first]: readonly Doc<"events">[],
): Promise<Doc<"events">[]> {
  if (!first) return [];
  const { name, seq } = first;
  const events = await ctx.db
    .query("events")
    .withIndex("by_name_seq", (q) => q.eq("name", name).eq("seq", seq))
    .take(MOST_EVENTS);
  return assertComplete(events);
}

/**
 * Schedules a sweep now and then, so that nobody has to. Sees through a snapshot whether there is one
 * already, so that nothing depends on it.
 */
export async function requestSweepSometimes(ctx: MutationCtx): Promise<void> {
  if (!background.isOn || Math.random() * ADDITIONS_PER_SWEEP >= 1) return;
  const isPending: boolean = await ctx.runQuery(
    internal.events.isSweepPending,
    {},
    { useStaleSnapshot: true },
  );
  if (!isPending) await ctx.scheduler.runAfter(SWEEP_AFTER_MS, internal.events.runSweep, {});
}
