import { blockAt, type Block } from "../../shared/blocks.js";
import { advance, drainedAt } from "../../shared/bucket.js";
import type { ResolvedConfig } from "../../shared/kinds.js";
import {
  EMPTY_LOG,
  hasSteppedBack,
  replay,
  type LogEvent,
  type LogRefill,
  type LogState,
} from "../../shared/log.js";
import { decide, FIRST_SHARD, giveBackTo } from "../../shared/pool.js";
import { internal } from "../_generated/api.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { background } from "./background.js";
import { inTheWay, type Call, type Plan, type View } from "./calls.js";
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

/** When a sweep finds the events that it was scheduled by: they are left alone for a minute. */
const SWEEP_AFTER_MS = 90_000;

type Event = Doc<"events">;

interface Log {
  /** What the newest checkpoint and the events since add up to. */
  committed: LogState;
  /** How many events there were since. */
  tailLength: number;
  /** Up to where that holds: the snapshot, unless the tail is too long to be read at once. */
  upTo: bigint;
  /** Events of this transaction, in order. */
  own: Event[];
}

/** Decides a request on the log, to append to it if granted. Conflicts with nothing. */
export async function planOnLog(ctx: MutationCtx, call: Call): Promise<Plan> {
  const { config, request } = call;
  const log = await readSnapshot(ctx, call.subject);
  const state = stateOf(log);
  const { pool, block } = viewOf(state, call);
  const { status, next } = decide(pool, config, {
    request,
    choice: FIRST_SHARD,
    block: inTheWay(block, request),
  });
  return {
    status,
    block,
    before: () => Promise.resolve(pool),
    after: () => Promise.resolve(next ?? pool),
    write: async () => {
      // A refusal appends nothing, unless a clock that stepped back left the log in the future.
      const count = next ? request.count : 0;
      if (next || hasSteppedBack(state, request.now))
        await appendTokens(ctx, call, { kind: "consume", count, log });
    },
  };
}

/** Gives tokens back, at most as many as were used. Conflicts with nothing. */
export async function planRefundOnLog(ctx: MutationCtx, call: Call): Promise<Plan> {
  const log = await readSnapshot(ctx, call.subject);
  const { pool, block } = viewOf(stateOf(log), call);
  return {
    status: { ok: true },
    block,
    before: () => Promise.resolve(pool),
    after: () => Promise.resolve(giveBackTo(pool, call.config, call.request.count)),
    write: async () => {
      const { count } = call.request;
      if (count > 0) await appendTokens(ctx, call, { kind: "refund", count, log });
    },
  };
}

/** What a request of a mutation would be decided on. Conflicts with nothing either. */
export async function viewSnapshot(ctx: MutationCtx, call: Call): Promise<View> {
  return viewOf(stateOf(await readSnapshot(ctx, call.subject)), call);
}

/** What a request would be decided on, for a query, which follows the log as it grows. */
export async function viewLog(
  ctx: QueryCtx,
  call: Pick<Call, "subject" | "config" | "request">,
): Promise<View> {
  return viewOf(await readLog(ctx, call.subject), call);
}

function viewOf(state: LogState, { config, request }: Pick<Call, "config" | "request">): View {
  const { block } = state;
  return {
    pool: [advance(state, config, request.now)],
    block: blockAt([{ block }], request.now),
  };
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
export function appendReset(
  ctx: MutationCtx,
  subject: Subject,
  config: ResolvedConfig,
): Promise<unknown> {
  return append(ctx, subject, {
    kind: "reset",
    count: 0,
    at: Date.now(),
    refill: refillOf(config),
  });
}

/** Starts the limit anew, whatever its config is, if it has a log at all. */
export async function resetLog(ctx: MutationCtx, subject: Subject): Promise<void> {
  const { refill } = await readLog(ctx, subject);
  if (refill) await append(ctx, subject, { kind: "reset", count: 0, at: Date.now(), refill });
}

/** Blocks or unblocks. Conflicts with nothing, and only later requests see it. */
export function appendBlock(
  ctx: MutationCtx,
  { subject, config, request }: Call,
  block: Block,
): Promise<unknown> {
  const refill = refillOf(config);
  return append(ctx, subject, { kind: "block", count: 0, at: request.now, refill, block });
}

/** A blind insert. */
function append(
  ctx: MutationCtx,
  { name, key }: Subject,
  event: Omit<LogEvent, "seq">,
): Promise<unknown> {
  return ctx.db.insert("events", { name, key, ...event, seq: ctx.db.vars.commitTs });
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
  const upTo = tail.length < MOST_EVENTS ? snapshot : endOfWhole(tail);
  const read = tail.filter(({ seq }) => typeof seq === "bigint" && seq <= upTo);
  const committed = replay(checkpoint ?? EMPTY_LOG, read);
  return { committed, tailLength: read.length, upTo, own };
}

/** Up to where a tail that is too long to be read at once has all events of every transaction. */
function endOfWhole(tail: readonly Event[]): bigint {
  const last = tail.at(-1)?.seq;
  return typeof last === "bigint" ? last - 1n : 0n;
}

function stateOf({ committed, own }: Log): LogState {
  return replay(committed, own);
}

/** One row for all that a transaction consumes in a row: a loop reads one row and not all of them. */
async function appendTokens(
  ctx: MutationCtx,
  call: Call,
  { kind, count, log }: { kind: "consume" | "refund"; count: number; log: Log },
): Promise<void> {
  const last = log.own.at(-1);
  if (last?.kind === kind) {
    await ctx.db.patch("events", last._id, { count: last.count + count });
    return;
  }
  const refill = refillOf(call.config);
  await append(ctx, call.subject, { kind, count, at: call.request.now, refill });
  if (log.own.length === 0) await keepShort(ctx, call, log);
}

function refillOf({ kind, rate, ...config }: ResolvedConfig): LogRefill {
  if ((kind !== "token bucket" && kind !== "fixed window") || !("period" in config))
    throw new Error(`invariant: a ${kind} limit has no log`);
  return { kind, rate, period: config.period, start: "start" in config ? config.start : undefined };
}

/** Makes a checkpoint and schedules a sweep now and then, so that nobody has to. */
async function keepShort(ctx: MutationCtx, { subject, autoSweep }: Call, log: Log): Promise<void> {
  if (Math.random() * LONGEST_TAIL < log.tailLength) await insertCheckpoint(ctx, subject, log);
  if (autoSweep && background.isOn && Math.random() * EVENTS_PER_SWEEP < 1)
    await ctx.scheduler.runAfter(SWEEP_AFTER_MS, internal.sweeps.background, {});
}

/** Makes a checkpoint of all that the snapshot holds, unless the newest one does; whether it did. */
export async function foldLog(ctx: MutationCtx, subject: Subject): Promise<boolean> {
  return insertCheckpoint(ctx, subject, await readSnapshot(ctx, subject));
}

async function insertCheckpoint(
  ctx: MutationCtx,
  { name, key }: Subject,
  { committed, tailLength, upTo }: Log,
): Promise<boolean> {
  const { used, ts, refill, block } = committed;
  if (tailLength === 0 || refill === null) return false;
  const freeAt = Math.max(drainedAt({ used, ts }, refill), block?.expiresAt ?? 0);
  const state = { used, ts, refill, block, freeAt };
  await ctx.db.insert("checkpoints", { name, key, ...state, upTo, seq: ctx.db.vars.commitTs });
  return true;
}
