import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { windowIndex, windowStartOf, type Calendar, type CalendarUnit } from "./calendar.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const FIRST_MONDAY_MS = -3 * DAY_MS;

/** Zones that have set, moved or skipped their clocks in every way there is. */
const STRANGE_ZONES = [
  "Europe/Berlin",
  "America/New_York",
  "America/Sao_Paulo",
  "America/Havana",
  "America/St_Johns",
  "America/Caracas",
  "Africa/Casablanca",
  "Africa/Cairo",
  "Antarctica/Troll",
  "Asia/Beirut",
  "Asia/Gaza",
  "Asia/Kathmandu",
  "Asia/Pyongyang",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "Pacific/Kiritimati",
  "Pacific/Kwajalein",
];

/** Instants at which the clocks of some of these zones were set. */
const CHANGES = [
  "1972-01-07T00:44:30Z", // Africa/Monrovia, from -0:44:30
  "1985-12-31T18:30:00Z", // Asia/Kathmandu, by a quarter of an hour
  "1993-08-21T12:00:00Z", // Pacific/Kwajalein, over the date line
  "1994-12-31T10:00:00Z", // Pacific/Kiritimati, over the date line
  "2000-10-08T04:00:00Z", // America/Boa_Vista, and back a week later
  "2010-11-07T02:31:00Z", // America/St_Johns, back over midnight
  "2011-12-30T10:00:00Z", // Pacific/Apia, over the date line
  "2018-05-04T15:00:00Z", // Asia/Pyongyang, by half an hour
  "2018-11-04T03:00:00Z", // America/Sao_Paulo, over midnight
  "2024-03-30T22:00:00Z", // Asia/Beirut, over midnight; three hours later Europe/Berlin
  "2024-04-06T15:00:00Z", // Australia/Lord_Howe, back by half an hour
  "2024-10-05T15:30:00Z", // Australia/Lord_Howe, on by half an hour
  "2024-10-27T01:00:00Z", // Europe/Berlin and Antarctica/Troll, back
  "2024-11-03T05:00:00Z", // America/Havana, back to midnight; an hour later America/New_York
].map((instant) => Date.parse(instant));

const zones = fc.oneof(
  fc.constantFrom(...STRANGE_ZONES),
  fc.constantFrom(...Intl.supportedValuesOf("timeZone")),
);

const places: fc.Arbitrary<Omit<Calendar, "unit">> = fc.oneof(
  { weight: 8, arbitrary: zones.map((timeZone) => ({ timeZone })) },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: -840, max: 840 })
      .map((utcOffsetMinutes) => ({ utcOffsetMinutes })),
  },
);

const units = fc.constantFrom<CalendarUnit>("minute", "hour", "day", "week", "month", "year");

const calendars = fc
  .record({ unit: units, place: places })
  .map(({ unit, place }): Calendar => ({ unit, ...place }));

const instants = fc.oneof(
  fc.integer({ min: 0, max: Date.UTC(2300, 0) }),
  fc
    .record({
      change: fc.constantFrom(...CHANGES),
      laterMs: fc.integer({ min: -2 * DAY_MS, max: 2 * DAY_MS }),
    })
    .map(({ change, laterMs }) => change + laterMs),
  fc
    .record({
      change: fc.constantFrom(...CHANGES),
      laterMs: fc.integer({ min: -2 * 24 * 4, max: 2 * 24 * 4 }).map((n) => n * 15 * MINUTE_MS),
      justMs: fc.constantFrom(-1, 0, 1),
    })
    .map(({ change, laterMs, justMs }) => change + laterMs + justMs),
);

test.prop([calendars, instants], { numRuns: 2000 })(
  "every instant lies in the window of its index",
  (calendar, at) => {
    const index = windowIndex(calendar, at);
    expect(Number.isInteger(index)).toBe(true);
    expect(windowStartOf(calendar, index)).toBeLessThanOrEqual(at);
    expect(windowStartOf(calendar, index + 1)).toBeGreaterThan(at);
  },
);

test.prop([calendars, instants, fc.nat({ max: 5 * DAY_MS })], { numRuns: 2000 })(
  "an index never falls while time passes",
  (calendar, at, laterMs) => {
    expect(windowIndex(calendar, at + laterMs)).toBeGreaterThanOrEqual(windowIndex(calendar, at));
  },
);

test.prop([calendars, instants, fc.integer({ min: -60, max: 60 })], { numRuns: 2000 })(
  "a window starts no later than the next, and unless it is empty it holds its start",
  (calendar, at, steps) => {
    const index = windowIndex(calendar, at) + steps;
    const [startsAt, endsAt] = [windowStartOf(calendar, index), windowStartOf(calendar, index + 1)];
    expect(Number.isInteger(startsAt)).toBe(true);
    expect(endsAt).toBeGreaterThanOrEqual(startsAt);
    expect(windowIndex(calendar, startsAt)).toBe(endsAt > startsAt ? index : index + 1);
  },
);

/** A zone's clock by another way than the module's: what Swedes write is ISO 8601. */
function clockMs(timeZone: string, at: number): number {
  const options = { timeZone, dateStyle: "short", timeStyle: "medium" } as const;
  const text = (FORMATS[timeZone] ??= new Intl.DateTimeFormat("sv-SE", options)).format(at);
  return Date.parse(`${text.replace(" ", "T")}Z`);
}

const FORMATS: Record<string, Intl.DateTimeFormat> = {};

/** The latest that the clock has shown by then: what it was set back by lies within four hours. */
function latestClockMs(timeZone: string, at: number): number {
  const readings = [clockMs(timeZone, at)];
  for (let ago = 0; ago < 4 * HOUR_MS; ago += MINUTE_MS) {
    readings.push(clockMs(timeZone, Math.floor(at / MINUTE_MS) * MINUTE_MS - ago));
  }
  return Math.max(...readings);
}

function modelIndex(unit: "day" | "week" | "month" | "year", reading: number): number {
  const date = new Date(reading);
  if (unit === "day") return Math.floor(reading / DAY_MS);
  if (unit === "week") return Math.floor((reading - FIRST_MONDAY_MS) / (7 * DAY_MS));
  const years = date.getUTCFullYear() - 1970;
  return unit === "month" ? years * 12 + date.getUTCMonth() : years;
}

const dateUnits = fc.constantFrom(
  "day" as const,
  "week" as const,
  "month" as const,
  "year" as const,
);

test.prop([dateUnits, zones, instants], { numRuns: 500 })(
  "the window is that of the latest date the zone's clock has shown",
  (unit, timeZone, at) => {
    const shown = modelIndex(unit, latestClockMs(timeZone, at));
    expect(windowIndex({ unit, timeZone }, at)).toBe(shown);
  },
);

test.prop([dateUnits, zones, instants], { numRuns: 1000 })(
  "a window begins with the first millisecond at which the clock shows its date or a later one",
  (unit, timeZone, at) => {
    const index = windowIndex({ unit, timeZone }, at);
    const startsAt = windowStartOf({ unit, timeZone }, index);
    fc.pre(startsAt > 0);
    expect(modelIndex(unit, clockMs(timeZone, startsAt))).toBe(index);
    expect(modelIndex(unit, clockMs(timeZone, startsAt - 1))).toBeLessThan(index);
  },
);

test.prop([zones, instants], { numRuns: 2000 })(
  "an hour is shorter than two, and begins on the clock's hour unless the clock was just set",
  (timeZone, at) => {
    const hours: Calendar = { unit: "hour", timeZone };
    const index = windowIndex(hours, at);
    const startsAt = windowStartOf(hours, index);
    const lengthMs = windowStartOf(hours, index + 1) - startsAt;
    expect(lengthMs).toBeGreaterThan(0);
    expect(lengthMs).toBeLessThan(2 * HOUR_MS);
    fc.pre(startsAt > 0);
    const wasSet = clockMs(timeZone, startsAt - 1000) + 1000 !== clockMs(timeZone, startsAt);
    expect(wasSet || clockMs(timeZone, startsAt) % HOUR_MS === 0).toBe(true);
  },
);

test.prop([zones, instants, fc.nat({ max: 400 })], { numRuns: 1000 })(
  "in a number of real hours as many windows begin, or one more or less",
  (timeZone, at, realHours) => {
    const hours: Calendar = { unit: "hour", timeZone };
    const elapsed = windowIndex(hours, at + realHours * HOUR_MS) - windowIndex(hours, at);
    expect(Math.abs(elapsed - realHours)).toBeLessThanOrEqual(1);
  },
);

test.prop([units, fc.integer({ min: -12, max: 14 }), instants])(
  "an offset counts the windows of the zone that has that offset",
  (unit, hours, at) => {
    const timeZone = `Etc/GMT${hours > 0 ? "-" : "+"}${Math.abs(hours)}`;
    const offset: Calendar = { unit, utcOffsetMinutes: hours * 60 };
    const index = windowIndex(offset, at);
    expect(windowIndex({ unit, timeZone }, at)).toBe(index);
    expect(windowStartOf({ unit, timeZone }, index)).toBe(windowStartOf(offset, index));
  },
);
