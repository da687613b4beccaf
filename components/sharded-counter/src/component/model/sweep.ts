import type { SweepReturns } from "../../shared/validators.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { bookHistory } from "./history.js";
import { fold } from "./log.js";
import { deleteExpiredKeys, MOST_EXPIRED } from "./once.js";

/** One sweep's events: a read and a delete each, far below the limits of a transaction. */
const BATCH = 512;

/** Of one counter and in one batch: a read and at most a delete each. More are left to the next. */
const MOST_CHECKPOINTS = 1024;

/** More than the 16,000 rows that one transaction may have written, which a checkpoint holds whole. */
const MOST_EVENTS_PER_CHECKPOINT = 20_000;

/** What one more counter may need: its checkpoints, a tail for a new one, hours and days to book. */
const READS_PER_COUNTER = 2 * MOST_CHECKPOINTS + MOST_EVENTS_PER_CHECKPOINT + 2 * BATCH;
const WRITES_PER_COUNTER = MOST_CHECKPOINTS + 3 * BATCH;
const QUERIES_PER_COUNTER = 3 * BATCH;

/**
 * When every transaction that began before a checkpoint has ended, by the database's clock. A
 * transaction that has not, and reads what a sweep deletes, is run again.
 */
const SETTLED_AFTER_MS = 60_000;

const SETTLED_AFTER_NS = BigInt(SETTLED_AFTER_MS) * 1_000_000n;

type Event = Doc<"events">;

/** What a batch did, and after which creation time the pass goes on; null when it is over. */
export interface Batch {
  deleted: number;
  next: number | null;
}

/** One batch, for an app that sweeps by itself. */
export async function sweepNow(ctx: MutationCtx): Promise<SweepReturns> {
  const expired = await deleteExpiredKeys(ctx);
  const { deleted, next } = await sweepBatch(ctx, 0);
  const isOver = next === null || deleted === 0;
  return { deleted: deleted + expired, isDone: isOver && expired < MOST_EXPIRED };
}

/**
 * Works through a batch of the oldest events, whatever their counter. An event goes once every
 * checkpoint that a transaction could still start from holds it; a counter without a settled
 * checkpoint gets one, for the next pass. Young events are left alone: nothing of theirs has settled,
 * and the range that is read stays closed to new ones.
 *
 * @param after The creation time of the last event that the pass has come to.
 */
export async function sweepBatch(ctx: MutationCtx, after: number): Promise<Batch> {
  const oldest = await ctx.db
    .query("events")
    .withIndex("by_creation_time", (q) =>
      q.gt("_creationTime", after).lte("_creationTime", Date.now() - SETTLED_AFTER_MS),
    )
    .take(BATCH);
  const swept = new Set<string>();
  let deleted = 0;
  for (const { name } of oldest) {
    if (swept.has(name)) continue;
    if (swept.size > 0 && !(await hasRoomForMore(ctx))) break;
    swept.add(name);
    deleted += await sweepCounter(
      ctx,
      name,
      oldest.filter((event) => event.name === name),
    );
  }
  const firstLeft = oldest.findIndex(({ name }) => !swept.has(name));
  const last = firstLeft === -1 ? oldest.at(-1) : oldest[firstLeft - 1];
  const isOver = firstLeft === -1 && oldest.length < BATCH;
  return { deleted, next: isOver || !last ? null : last._creationTime };
}

/** So that a batch of many long counters ends early instead of failing. */
async function hasRoomForMore(ctx: MutationCtx): Promise<boolean> {
  const metrics = await ctx.meta.getTransactionMetrics();
  return (
    metrics.documentsRead.remaining > READS_PER_COUNTER &&
    metrics.documentsWritten.remaining > WRITES_PER_COUNTER &&
    metrics.databaseQueries.remaining > QUERIES_PER_COUNTER
  );
}

/** Deletes what may go of the events given, and says how many did. */
async function sweepCounter(ctx: MutationCtx, name: string, events: Event[]): Promise<number> {
  const bound = await settle(ctx, name, events);
  if (bound === null) return 0;
  const held = events.filter(({ seq }) => typeof seq === "bigint" && seq <= bound);
  await bookHistory(ctx, name, held);
  for (const { _id } of held) await ctx.db.delete("events", _id);
  await forgetIfZero(ctx, name);
  return held.length;
}

/**
 * Up to where a counter's events are held by every checkpoint that is in use; null if none has
 * settled. Makes one for events that none holds, and deletes those that are not in use.
 *
 * In use are the newest settled checkpoint and all that are newer: whoever began before it was
 * committed has ended. All ranges end at the snapshot, so that a sweep does not depend on the
 * checkpoints being made: each of them continues one that is in use, and holds at least as much.
 */
async function settle(ctx: MutationCtx, name: string, events: Event[]): Promise<bigint | null> {
  const snapshot = ctx.meta.getSnapshotTs();
  const newest = await newestUntil(ctx, name, snapshot);
  const isHeld = ({ seq }: Event) =>
    newest !== null && typeof seq === "bigint" && seq <= newest.upTo;
  if (!events.every(isHeld)) await fold(ctx, name, MOST_EVENTS_PER_CHECKPOINT);
  const settled = await newestUntil(ctx, name, snapshot - SETTLED_AFTER_NS);
  if (typeof settled?.seq !== "bigint") return null;
  const { seq } = settled;
  const unused = await ctx.db
    .query("checkpoints")
    .withIndex("by_name_seq", (q) => q.eq("name", name).lt("seq", seq))
    .take(MOST_CHECKPOINTS);
  for (const { _id } of unused) await ctx.db.delete("checkpoints", _id);
  const inUse = await ctx.db
    .query("checkpoints")
    .withIndex("by_name_seq", (q) => q.eq("name", name).gte("seq", seq).lte("seq", snapshot))
    .take(MOST_CHECKPOINTS);
  // Beyond, a checkpoint holds what was committed before its transaction began, less than a minute
  // before it was committed itself.
  const others = inUse.length === MOST_CHECKPOINTS ? [seq - SETTLED_AFTER_NS] : [];
  return [...inUse.map(({ upTo }) => upTo), ...others].reduce(lesser);
}

function newestUntil(
  ctx: MutationCtx,
  name: string,
  until: bigint,
): Promise<Doc<"checkpoints"> | null> {
  return ctx.db
    .query("checkpoints")
    .withIndex("by_name_seq", (q) => q.eq("name", name).lte("seq", until))
    .order("desc")
    .first();
}

function lesser(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** A counter at 0 with no event left is as one that was never used: so that its name costs nothing. */
async function forgetIfZero(ctx: MutationCtx, name: string): Promise<void> {
  const snapshot = ctx.meta.getSnapshotTs();
  const event = await ctx.db
    .query("events")
    .withIndex("by_name_seq", (q) => q.eq("name", name).lte("seq", snapshot))
    .first();
  const checkpoints = await ctx.db
    .query("checkpoints")
    .withIndex("by_name_seq", (q) => q.eq("name", name).lte("seq", snapshot))
    .take(2);
  const [only] = checkpoints;
  if (event === null && only?.total === 0 && checkpoints.length === 1)
    await ctx.db.delete("checkpoints", only._id);
}
