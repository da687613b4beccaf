/** What a window of a calendar is: weeks are those of ISO 8601 and begin on Monday. */
export type CalendarUnit = "minute" | "hour" | "day" | "week" | "month" | "year";

/** Windows that begin with each minute, hour, day, week, month or year of some place's clock. */
export interface Calendar {
  unit: CalendarUnit;
  /**
   * IANA name of the zone whose clock counts, as `isTimeZone` knows it.
   * @default "UTC"
   */
  timeZone?: string;
  /** Instead of `timeZone`: whole minutes east of UTC, from -840 to 840. It wins over a zone. */
  utcOffsetMinutes?: number;
}

/**
 * The number of the window that holds `at`, in milliseconds of UTC. It never falls while time
 * passes, and the difference of two is how many windows began in between. Window 0 is the one that
 * the clock was in as 1970 began there. Throws a `RangeError` if there is no such zone.
 */
export function windowIndex(calendar: Calendar, at: number): number {
  if (!isWithinReach(at)) return at * Infinity;
  const { unit } = calendar;
  const index = indexOnClock(unit, Math.floor(at) + shiftOf(unit, stretchAt(calendar, at)));
  // A clock set back, say from 0:01 to 23:01, shows the day before again: that day is over.
  return windowStartOf(calendar, index + 1) <= at ? index + 1 : index;
}

/**
 * The first instant of a window, in whole milliseconds of UTC: when the zone's clock first shows
 * its beginning or, where the clock skips that, anything later.
 *
 * - Days have 23, 24 or 25 hours where summer time begins and ends, and a day whose midnight is
 *   skipped begins at one o'clock. A day that a zone left out, as Samoa did with 30 December 2011,
 *   is an empty window: it begins when the next one does, and holds no instant.
 * - Minutes and hours begin when the clock strikes them, but are counted in real time: an hour that
 *   the clock repeats is two windows, and one that it skips is none. Only a clock that is set by
 *   less than an hour changes their length, once each time: on Lord Howe Island, which shifts by
 *   30 minutes, summer time begins within an hour of 90 minutes and ends with one of 30.
 *
 * Right from 1970 to 2400. Before and after, a zone keeps the offset that it has at that end.
 * Infinite for windows further away than dates reach. Throws a `RangeError` if there is no such zone.
 */
export function windowStartOf(calendar: Calendar, index: number): number {
  const { unit } = calendar;
  const clockMs = startOnClock(unit, index);
  if (!isWithinReach(clockMs)) return index * Infinity;
  // No clock is a whole day ahead of UTC: by then none can have shown it yet.
  let stretch = stretchAt(calendar, clockMs - DAY_MS);
  while (clockMs - shiftOf(unit, stretch) >= stretch.endsAt) {
    stretch = stretchAt(calendar, stretch.endsAt);
  }
  return Math.max(stretch.startsAt, clockMs - shiftOf(unit, stretch));
}

/**
 * Whether this runtime knows the clock of a zone, by its IANA name in any case. Offsets such as
 * "+02:00" are none, although newer runtimes take them: `utcOffsetMinutes` works in all.
 */
export function isTimeZone(name: string): boolean {
  if (/^[+-]/.test(name)) return false;
  try {
    zoneOf(name);
    return true;
  } catch {
    return false;
  }
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;

/** 1970 began on a Thursday, in the week of this Monday. */
const FIRST_MONDAY_MS = -3 * DAY_MS;

/** A little less than a Date holds, so that a clock's reading there is one too. NaN is beyond. */
const REACH_MS = 8e15;

function isWithinReach(ms: number): boolean {
  return Math.abs(ms) <= REACH_MS;
}

/**
 * The window that a clock's reading is in. A reading, here and below, is written as the
 * milliseconds at which a clock of UTC reads the same.
 */
function indexOnClock(unit: CalendarUnit, clockMs: number): number {
  switch (unit) {
    case "minute":
      return Math.floor(clockMs / MINUTE_MS);
    case "hour":
      return Math.floor(clockMs / HOUR_MS);
    case "day":
      return Math.floor(clockMs / DAY_MS);
    case "week":
      return Math.floor((clockMs - FIRST_MONDAY_MS) / WEEK_MS);
    case "month":
      return (yearOf(clockMs) - 1970) * 12 + new Date(clockMs).getUTCMonth();
    case "year":
      return yearOf(clockMs) - 1970;
  }
}

function yearOf(clockMs: number): number {
  return new Date(clockMs).getUTCFullYear();
}

/** What the clock reads as a window begins. */
function startOnClock(unit: CalendarUnit, index: number): number {
  switch (unit) {
    case "minute":
      return index * MINUTE_MS;
    case "hour":
      return index * HOUR_MS;
    case "day":
      return index * DAY_MS;
    case "week":
      return FIRST_MONDAY_MS + index * WEEK_MS;
    case "month":
      return Date.UTC(1970, index);
    case "year":
      return Date.UTC(1970 + index, 0);
  }
}

/** A time in which a clock is not set: the offset holds from `startsAt` until before `endsAt`. */
interface Stretch {
  startsAt: number;
  endsAt: number;
  offsetMs: number;
}

/**
 * How far the clock that a unit is counted by is ahead of UTC. For minutes and hours that is only
 * where in UTC's minute or hour they begin: whole hours of summer time neither skip nor repeat any.
 */
function shiftOf(unit: CalendarUnit, { offsetMs }: Stretch): number {
  switch (unit) {
    case "minute":
      return remainder(offsetMs, MINUTE_MS);
    case "hour":
      return remainder(offsetMs, HOUR_MS);
    case "day":
    case "week":
    case "month":
    case "year":
      return offsetMs;
  }
}

/** From 0 up for negative values too, which `%` is not. */
function remainder(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

/**
 * Offsets are looked up at both ends of a chunk, and if they differ the change is searched. Two
 * changes in one chunk could be missed: the closest two since 1970 lie a week apart.
 */
const CHUNK_MS = 4 * DAY_MS;

/** The time zone database promises nothing about earlier clocks. */
const FIRST_CHUNK = 0;

/** Zones change by the same rules every year by then: this only bounds what can be asked. */
const LAST_CHUNK = Math.floor(Date.UTC(2400, 0) / CHUNK_MS);

function stretchAt({ timeZone = "UTC", utcOffsetMinutes }: Calendar, at: number): Stretch {
  const offsetMinutes = utcOffsetMinutes ?? (timeZone === "UTC" ? 0 : undefined);
  if (offsetMinutes !== undefined) {
    return { startsAt: -Infinity, endsAt: Infinity, offsetMs: offsetMinutes * MINUTE_MS };
  }
  const { format, chunks } = zoneOf(timeZone);
  const chunk = Math.min(Math.max(Math.floor(at / CHUNK_MS), FIRST_CHUNK), LAST_CHUNK);
  const [before, after] = remember(chunks, chunk, () => stretchesOf(format, chunk));
  return at < before.endsAt ? before : after;
}

/** The second is empty where the clock is not set within the chunk. */
type Stretches = [Stretch, Stretch];

/** The clock of a zone, and the chunks of it that have been looked up. */
interface Zone {
  format: Intl.DateTimeFormat;
  chunks: Map<number, Stretches>;
}

/** Only a cache: it spares what takes Intl microseconds, and a lost one changes no result. */
const ZONES = new Map<string, Zone>();

function zoneOf(timeZone: string): Zone {
  return remember(ZONES, timeZone, () => ({ format: clockOf(timeZone), chunks: new Map() }));
}

/** More than one decision looks at, in zones as in chunks, and at most a few megabytes. */
const MAX_REMEMBERED = 200;

function remember<Key, Value>(cache: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  if (cache.size >= MAX_REMEMBERED) cache.clear();
  cache.set(key, made);
  return made;
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
}

function stretchesOf(format: Intl.DateTimeFormat, chunk: number): Stretches {
  const startsAt = chunk * CHUNK_MS;
  const endsAt = startsAt + CHUNK_MS;
  const before = offsetAt(format, startsAt);
  const after = offsetAt(format, endsAt);
  const changesAt = before === after ? endsAt : changeBetween(format, startsAt, endsAt);
  return [
    {
      startsAt: chunk === FIRST_CHUNK ? -Infinity : startsAt,
      endsAt: changesAt,
      offsetMs: before,
    },
    { startsAt: changesAt, endsAt: chunk === LAST_CHUNK ? Infinity : endsAt, offsetMs: after },
  ];
}

/** The first second at which the offset is no longer that of `from`. */
function changeBetween(format: Intl.DateTimeFormat, from: number, to: number): number {
  const offsetMs = offsetAt(format, from);
  let [last, first] = [from / 1000, to / 1000];
  while (first - last > 1) {
    const middle = Math.floor((last + first) / 2);
    if (offsetAt(format, middle * 1000) === offsetMs) last = middle;
    else first = middle;
  }
  return first * 1000;
}

/** What the clock reads at a whole second, "3/31/2024, 03:00:00", less what UTC's does. */
function offsetAt(format: Intl.DateTimeFormat, at: number): number {
  const numbers = (format.format(at).match(/\d+/g) ?? []).map(Number);
  const [month = NaN, day = NaN, year = NaN, hour = NaN, minute = NaN, second = NaN] = numbers;
  return Date.UTC(year, month - 1, day, hour, minute, second) - at;
}
