import { advance } from "../../shared/bucket.js";
import type { ResolvedConfig } from "../../shared/config.js";
import { EMPTY_LOG, replay, type LogState } from "../../shared/log.js";
import { decide, type Choice, type PoolDecision } from "../../shared/pool.js";
import type { RateLimitReturns } from "../../shared/validators.js";
import { internal } from "../_generated/api.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { background } from "./background.js";
import type { Call } from "./limits.js";
import type { Subject } from "./shards.js";

/*
 * Concurrent limits. A request reads the log up to the snapshot of its transaction and appends to
 * it. Every range it reads is closed above by the snapshot, and whatever is committed later has a
 * later `seq`: so nothing that anybody commits can invalidate it.
 */

/**
 * A granted request makes a checkpoint with a probability of its tail over this: the longer the
 * tail, the likelier. Tails are then 14 events long on average (the square root of pi / 2 times
 * this), and hardly ever over 40.
 */
const LONGEST_TAIL = 128;

/** Far more than the longest tail and all transactions that are in flight when it is cut. */
const MOST_EVENTS = 8192;

/** Granted requests between two sweeps, on average. */
const EVENTS_PER_SWEEP = 256;

/** Longer than any transaction that may still read what a sweep deletes. */
export const SWEEP_AFTER_MS = 90_000;

const ONLY_SHARD: Choice = { preferred: 0, random: 0 };

type Event = Doc<"events">;

interface Log {
  /** What the newest checkpoint and the events since add up to. */
  committed: LogState;
  /** How many events there were since. */
  tailLength: number;
  /** Events of this transaction, in order. */
  own: Event[];
}

/** Decides a request on the log, and appends to it if granted. Conflicts with nothing. */
export async function consumeFromLog(ctx: MutationCtx, call: Call): Promise<RateLimitReturns> {
  const { subject, request } = call;
  const log = await readSnapshot(ctx, subject);
  const { status } = decideOn(stateOf(log), call);
  if (!status.ok || request.count === 0) return status;
  await appendConsumption(ctx, call, log.own.at(-1));
  if (log.own.length === 0) await keepShort(ctx, subject, log);
  return status;
}

/** Decides a request as `consumeFromLog` would, and conflicts with nothing either. */
export async function checkLogInMutation(ctx: MutationCtx, call: Call): Promise<RateLimitReturns> {
  return decideOn(stateOf(await readSnapshot(ctx, call.subject)), call).status;
}

/** Decides a request for a query, which follows the log as it grows. */
export async function checkLog(ctx: QueryCtx, call: Call): Promise<RateLimitReturns> {
  return decideOn(await readLog(ctx, call.subject), call).status;
}

/** What the whole log adds up to. Re-run for subscribers whenever it grows. */
export async function readLog(ctx: QueryCtx, { name, key }: Subject): Promise<LogState> {
  const checkpoint = await ctx.db
    .query("checkpoints")
    .withIndex("by_name_key_seq", (q) => q.eq("name", name).eq("key", key))
    .order("desc")
    .first();
  const tail = await ctx.db
    .query("events")
    .withIndex("by_name_key_seq", (q) =>
      q
        .eq("name", name)
        .eq("key", key)
        .gt("seq", checkpoint?.upTo ?? 0n),
    )
    .take(MOST_EVENTS);
  return replay(checkpoint ?? EMPTY_LOG, tail);
}

/** Starts the limit anew. Conflicts with nothing, and only later requests see it. */
export async function appendReset(
  ctx: MutationCtx,
  { name, key }: Subject,
  { kind, rate, period, start }: ResolvedConfig,
): Promise<void> {
  await ctx.db.insert("events", {
    name,
    key,
    kind: "reset",
    count: 0,
    at: Date.now(),
    refill: { kind, rate, period, start },
    seq: ctx.db.vars.commitTs,
  });
}

/** The log as of the transaction's snapshot, and what the transaction itself has appended. */
async function readSnapshot(ctx: MutationCtx, { name, key }: Subject): Promise<Log> {
  const snapshot = ctx.meta.getSnapshotTs();
  const checkpoint = await ctx.db
    .query("checkpoints")
    .withIndex("by_name_key_seq", (q) => q.eq("name", name).eq("key", key).lte("seq", snapshot))
    .order("desc")
    .first();
  const tail = await ctx.db
    .query("events")
    .withIndex("by_name_key_seq", (q) =>
      q
        .eq("name", name)
        .eq("key", key)
        .gt("seq", checkpoint?.upTo ?? 0n)
        .lte("seq", snapshot),
    )
    .take(MOST_EVENTS);
  const own = await ctx.db
    .query("events")
    .withIndex("by_name_key_seq", (q) =>
      q.eq("name", name).eq("key", key).eq("seq", ctx.db.vars.commitTs),
    )
    .take(MOST_EVENTS);
  return { committed: replay(checkpoint ?? EMPTY_LOG, tail), tailLength: tail.length, own };
}

function stateOf({ committed, own }: Log): LogState {
  return replay(committed, own);
}

function decideOn(state: LogState, { config, request }: Call): PoolDecision {
  const pool = [advance(state, config, request.now)];
  return decide(pool, config, { request, choice: ONLY_SHARD });
}

/** One row for all that a transaction consumes in a row: a loop reads one row and not all of them. */
async function appendConsumption(
  ctx: MutationCtx,
  { subject, config, request }: Call,
  last: Event | undefined,
): Promise<void> {
  const { count, now } = request;
  if (last?.kind === "consume") {
    await ctx.db.patch("events", last._id, { count: last.count + count });
    return;
  }
  const { kind, rate, period, start } = config;
  await ctx.db.insert("events", {
    name: subject.name,
    key: subject.key,
    kind: "consume",
    count,
    at: now,
    refill: { kind, rate, period, start },
    seq: ctx.db.vars.commitTs,
  });
}

/** Makes a checkpoint and schedules a sweep now and then, so that nobody has to. */
async function keepShort(ctx: MutationCtx, subject: Subject, log: Log): Promise<void> {
  if (Math.random() * LONGEST_TAIL < log.tailLength) await insertCheckpoint(ctx, subject, log);
  if (background.isOn && Math.random() * EVENTS_PER_SWEEP < 1)
    await ctx.scheduler.runAfter(SWEEP_AFTER_MS, internal.events.sweep, {});
}

/** Makes a checkpoint of all that the snapshot holds. */
export async function foldLog(ctx: MutationCtx, subject: Subject): Promise<void> {
  await insertCheckpoint(ctx, subject, await readSnapshot(ctx, subject));
}

async function insertCheckpoint(
  ctx: MutationCtx,
  { name, key }: Subject,
  { committed, tailLength }: Log,
): Promise<void> {
  const { used, ts, refill } = committed;
  if (tailLength === 0 || refill === null) return;
  const upTo = ctx.meta.getSnapshotTs();
  const seq = ctx.db.vars.commitTs;
  await ctx.db.insert("checkpoints", { name, key, used, ts, refill, upTo, seq });
}
