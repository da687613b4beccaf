import { MAX_POINTS, validateName } from "../../shared/config.js";
import { invalidCounter } from "../../shared/errors.js";
import {
  book,
  bucketOf,
  startOf,
  UNIT_MS,
  UNITS,
  type Point,
  type Unit,
} from "../../shared/history.js";
import { negate, plus, type Total } from "../../shared/total.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { total } from "./totals.js";

/** Buckets that grew too old since the last booking: one per hour and day, or some after a pause. */
const MOST_EXPIRED = 64;

/** The additions of the last minutes: half of what a query may read. */
const MOST_EVENTS = 16_000;

type Event = Doc<"events">;

/** Adds events to the hours and days that their counter keeps, because they are to be deleted. */
export async function bookHistory(ctx: MutationCtx, name: string, events: Event[]): Promise<void> {
  for (const unit of UNITS) {
    for (const [startAt, delta] of deltasOf(events, unit)) {
      const row = await getBucket(ctx, { name, unit, startAt });
      if (row) await ctx.db.patch("history", row._id, { delta: plus(row.delta, delta) });
      else await ctx.db.insert("history", { name, unit, startAt, delta });
    }
    const kept = events.findLast(({ history }) => history?.[unit] !== undefined)?.history?.[unit];
    if (kept !== undefined) await deleteOlder(ctx, { name, unit, kept });
  }
}

interface Bucket {
  name: string;
  unit: Unit;
  startAt: number;
}

function getBucket(ctx: QueryCtx, { name, unit, startAt }: Bucket): Promise<Doc<"history"> | null> {
  return ctx.db
    .query("history")
    .withIndex("by_name_unit_startAt", (q) =>
      q.eq("name", name).eq("unit", unit).eq("startAt", startAt),
    )
    .unique();
}

/**
 * What each hour or day changed by, of the events whose counter keeps it. Beginnings change by what they
 * begin at: those that keep a history get back to 0 first.
 */
function deltasOf(events: readonly Event[], unit: Unit): Map<number, Total> {
  const deltas = new Map<number, Total>();
  for (const { seq, count, history } of events)
    if (history?.[unit] !== undefined && typeof seq === "bigint")
      book(deltas, bucketOf(seq, unit), count);
  return deltas;
}

async function deleteOlder(
  ctx: MutationCtx,
  { name, unit, kept }: { name: string; unit: Unit; kept: number },
): Promise<void> {
  const oldest = startOf(Date.now(), unit) - kept * UNIT_MS[unit];
  const expired = await ctx.db
    .query("history")
    .withIndex("by_name_unit_startAt", (q) =>
      q.eq("name", name).eq("unit", unit).lt("startAt", oldest),
    )
    .take(MOST_EXPIRED);
  for (const { _id } of expired) await ctx.db.delete("history", _id);
}

/** What `series` is asked for. */
export interface SeriesArgs {
  name: string;
  unit: Unit;
  /** Milliseconds of UTC, rounded down to the unit. */
  startAt: number;
  /** Milliseconds of UTC; a bucket that has begun by then is the last. */
  endAt: number;
}

/**
 * The hours or days from `startAt` to `endAt`: what sweeps have booked, and the events that they have
 * not come to yet. Totals are told backwards from what the counter is now.
 */
export async function series(ctx: QueryCtx, args: SeriesArgs): Promise<Point[]> {
  const { name, unit, endAt } = args;
  validateSeries(args);
  const first = startOf(args.startAt, unit);
  const deltas = await readDeltas(ctx, { name, unit, startAt: first });
  let after = await total(ctx, name);
  for (const [startAt, delta] of [...deltas].sort(([a], [b]) => b - a))
    if (startAt >= endAt) after = plus(after, negate(delta));
  const points: Point[] = [];
  for (let startAt = startOf(endAt - 1, unit); startAt >= first; startAt -= UNIT_MS[unit]) {
    const delta = deltas.get(startAt) ?? 0;
    points.push({ startAt, delta, total: after });
    after = plus(after, negate(delta));
  }
  return points.reverse();
}

/** What is booked from `startAt` on, and what is still in the log. */
async function readDeltas(
  ctx: QueryCtx,
  { name, unit, startAt }: Bucket,
): Promise<Map<number, Total>> {
  const deltas = new Map<number, Total>();
  const booked = await ctx.db
    .query("history")
    .withIndex("by_name_unit_startAt", (q) =>
      q.eq("name", name).eq("unit", unit).gte("startAt", startAt),
    )
    // As many as a counter may keep, and some that no sweep has deleted yet.
    .take(2 * MAX_POINTS);
  for (const row of booked) book(deltas, row.startAt, row.delta);
  const events = await ctx.db
    .query("events")
    .withIndex("by_name_seq", (q) => q.eq("name", name))
    .take(MOST_EVENTS);
  if (events.length === MOST_EVENTS)
    throw invalidCounter(name, "events", { found: MOST_EVENTS, wanted: "swept first" });
  for (const [start, delta] of deltasOf(events, unit)) book(deltas, start, delta);
  return deltas;
}

function validateSeries({ name, unit, startAt, endAt }: SeriesArgs): void {
  validateName(name);
  for (const [field, at] of Object.entries({ startAt, endAt }))
    if (!Number.isSafeInteger(at))
      throw invalidCounter(name, field, { found: at, wanted: "an instant in milliseconds" });
  if (startAt >= endAt)
    throw invalidCounter(name, "startAt", { found: startAt, wanted: `before endAt, ${endAt}` });
  const points = (startOf(endAt - 1, unit) - startOf(startAt, unit)) / UNIT_MS[unit] + 1;
  if (points > MAX_POINTS)
    throw invalidCounter(name, "endAt", {
      found: `${points} ${unit}s after startAt`,
      wanted: `at most ${MAX_POINTS} of them`,
    });
}
