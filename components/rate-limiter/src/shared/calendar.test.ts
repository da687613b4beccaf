import { expect, test } from "vitest";
import { isTimeZone, windowIndex, windowStartOf, type Calendar } from "./calendar.js";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The window that holds an instant: its start, and its length in hours. */
function windowAt(calendar: Calendar, instant: string) {
  const index = windowIndex(calendar, Date.parse(instant));
  const startsAt = windowStartOf(calendar, index);
  const hours = (windowStartOf(calendar, index + 1) - startsAt) / HOUR_MS;
  return [new Date(startsAt).toISOString().replace(":00.000Z", "Z"), hours];
}

const daysOf = (timeZone: string): Calendar => ({ unit: "day", timeZone });
const hoursOf = (timeZone: string): Calendar => ({ unit: "hour", timeZone });

test("windows are those of UTC unless a zone is named", () => {
  const at = "2024-02-29T13:14:15.678Z";
  expect(windowAt({ unit: "minute" }, at)).toEqual(["2024-02-29T13:14Z", 1 / 60]);
  expect(windowAt({ unit: "hour" }, at)).toEqual(["2024-02-29T13:00Z", 1]);
  expect(windowAt({ unit: "day" }, at)).toEqual(["2024-02-29T00:00Z", 24]);
  expect(windowAt({ unit: "week" }, at)).toEqual(["2024-02-26T00:00Z", 7 * 24]);
  expect(windowAt({ unit: "month" }, at)).toEqual(["2024-02-01T00:00Z", 29 * 24]);
  expect(windowAt({ unit: "year" }, at)).toEqual(["2024-01-01T00:00Z", 366 * 24]);
});

test("a window holds its first millisecond, and not that of the next", () => {
  const month = windowIndex({ unit: "month" }, Date.UTC(2024, 1, 1));
  expect(windowIndex({ unit: "month" }, Date.UTC(2024, 1, 1) - 1)).toBe(month - 1);
  expect(windowIndex({ unit: "month" }, Date.UTC(2024, 1, 1) - 0.25)).toBe(month - 1);
  expect(windowIndex({ unit: "month" }, -0.25)).toBe(-1);
  expect(windowIndex({ unit: "month" }, Date.UTC(2024, 2, 1) - 1)).toBe(month);
  expect(windowIndex({ unit: "month" }, Date.UTC(2024, 2, 1))).toBe(month + 1);
});

test("window 0 is the one in which 1970 began", () => {
  for (const unit of ["minute", "hour", "day", "week", "month", "year"] as const) {
    expect(windowIndex({ unit, timeZone: "Europe/Berlin" }, -HOUR_MS)).toBe(
      unit === "minute" ? -60 : unit === "hour" ? -1 : 0,
    );
    expect(windowIndex({ unit }, 0)).toBe(0);
  }
  expect(windowStartOf({ unit: "week" }, 0)).toBe(Date.UTC(1969, 11, 29));
});

test("months and weeks begin at the zone's midnight", () => {
  const tokyo = { timeZone: "Asia/Tokyo" };
  const at = "2024-06-30T15:00:00Z";
  expect(windowAt({ unit: "month", ...tokyo }, at)).toEqual(["2024-06-30T15:00Z", 31 * 24]);
  expect(windowAt({ unit: "week", ...tokyo }, at)).toEqual(["2024-06-30T15:00Z", 7 * 24]);
});

test("an offset works without a zone, and wins over one", () => {
  const at = "2024-06-30T20:00:00Z";
  const offset = { utcOffsetMinutes: 345 };
  expect(windowAt({ unit: "day", ...offset }, at)).toEqual(["2024-06-30T18:15Z", 24]);
  expect(windowAt({ unit: "hour", ...offset }, at)).toEqual(["2024-06-30T19:15Z", 1]);
  expect(windowAt({ unit: "hour", utcOffsetMinutes: -210 }, at)).toEqual(["2024-06-30T19:30Z", 1]);
  expect(windowAt({ ...daysOf("Asia/Tokyo"), utcOffsetMinutes: 0 }, at)).toEqual([
    "2024-06-30T00:00Z",
    24,
  ]);
});

test("the day on which summer time begins has 23 hours, and 25 when it ends", () => {
  const berlin = daysOf("Europe/Berlin");
  expect(windowAt(berlin, "2024-03-31T12:00:00Z")).toEqual(["2024-03-30T23:00Z", 23]);
  expect(windowAt(berlin, "2024-10-27T12:00:00Z")).toEqual(["2024-10-26T22:00Z", 25]);
  const newYork = daysOf("America/New_York");
  expect(windowAt(newYork, "2024-03-10T12:00:00Z")).toEqual(["2024-03-10T05:00Z", 23]);
  expect(windowAt(newYork, "2024-11-03T12:00:00Z")).toEqual(["2024-11-03T04:00Z", 25]);
});

test("the week and the month in which the clock is set are an hour shorter or longer", () => {
  const timeZone = "Europe/Berlin";
  const at = "2024-03-31T12:00:00Z";
  expect(windowAt({ unit: "week", timeZone }, at)).toEqual(["2024-03-24T23:00Z", 7 * 24 - 1]);
  expect(windowAt({ unit: "month", timeZone }, at)).toEqual(["2024-02-29T23:00Z", 31 * 24 - 1]);
  expect(windowAt({ unit: "year", timeZone }, at)).toEqual(["2023-12-31T23:00Z", 366 * 24]);
});

test("a day whose midnight is skipped begins at one o'clock", () => {
  const saoPaulo = daysOf("America/Sao_Paulo");
  expect(windowAt(saoPaulo, "2018-11-04T12:00:00Z")).toEqual(["2018-11-04T03:00Z", 23]);
  expect(windowAt(saoPaulo, "2018-11-04T02:59:59.999Z")).toEqual(["2018-11-03T03:00Z", 24]);
  expect(windowAt(daysOf("Asia/Beirut"), "2024-03-31T12:00:00Z")).toEqual([
    "2024-03-30T22:00Z",
    23,
  ]);
});

test("a day whose last hour is repeated has 25 hours", () => {
  const saoPaulo = daysOf("America/Sao_Paulo");
  expect(windowAt(saoPaulo, "2018-02-18T02:30:00Z")).toEqual(["2018-02-17T02:00Z", 25]);
  expect(windowAt(daysOf("Asia/Beirut"), "2024-10-26T12:00:00Z")).toEqual([
    "2024-10-25T21:00Z",
    25,
  ]);
});

test("a day whose midnight strikes twice begins with the first", () => {
  const havana = daysOf("America/Havana");
  expect(windowAt(havana, "2024-11-03T12:00:00Z")).toEqual(["2024-11-03T04:00Z", 25]);
});

test("a day that has begun is not left when the clock is set back to the day before", () => {
  // From 0:01 to 23:01: the clock showed the 7th for a minute, and shows the 6th again.
  const stJohns = daysOf("America/St_Johns");
  expect(windowAt(stJohns, "2010-11-07T02:29:59Z")).toEqual(["2010-11-06T02:30Z", 24]);
  expect(windowAt(stJohns, "2010-11-07T02:30:30Z")).toEqual(["2010-11-07T02:30Z", 25]);
  expect(windowAt(stJohns, "2010-11-07T03:00:00Z")).toEqual(["2010-11-07T02:30Z", 25]);
});

test("a day that the zone left out is an empty window", () => {
  const apia = daysOf("Pacific/Apia");
  const last = windowIndex(apia, Date.parse("2011-12-30T09:59:59.999Z"));
  expect(windowIndex(apia, Date.parse("2011-12-30T10:00:00Z"))).toBe(last + 2);
  expect(windowStartOf(apia, last)).toBe(Date.parse("2011-12-29T10:00:00Z"));
  expect(windowStartOf(apia, last + 1)).toBe(Date.parse("2011-12-30T10:00:00Z"));
  expect(windowStartOf(apia, last + 2)).toBe(Date.parse("2011-12-30T10:00:00Z"));
  expect(windowStartOf(apia, last + 3)).toBe(Date.parse("2011-12-31T10:00:00Z"));
});

test("hours strike with the zone's clock", () => {
  const at = "2024-06-30T20:00:00Z";
  expect(windowAt(hoursOf("Asia/Kathmandu"), at)).toEqual(["2024-06-30T19:15Z", 1]);
  expect(windowAt(hoursOf("America/St_Johns"), at)).toEqual(["2024-06-30T19:30Z", 1]);
  expect(windowAt(daysOf("Asia/Kathmandu"), at)).toEqual(["2024-06-30T18:15Z", 24]);
});

test("an hour that the clock repeats is two windows, and one that it skips is none", () => {
  for (const day of ["2024-03-31", "2024-10-27"]) {
    const berlin = hoursOf("Europe/Berlin");
    const first = windowIndex(berlin, Date.parse(day));
    for (let hour = 0; hour < 24; hour++) {
      expect(windowStartOf(berlin, first + hour)).toBe(Date.parse(day) + hour * HOUR_MS);
    }
  }
});

test("a clock that is set by half an hour has one hour of 90 minutes and one of 30", () => {
  const lordHowe = hoursOf("Australia/Lord_Howe");
  expect(windowAt(lordHowe, "2024-10-05T14:00:00Z")).toEqual(["2024-10-05T13:30Z", 1]);
  expect(windowAt(lordHowe, "2024-10-05T15:45:00Z")).toEqual(["2024-10-05T14:30Z", 1.5]);
  expect(windowAt(lordHowe, "2024-10-05T16:00:00Z")).toEqual(["2024-10-05T16:00Z", 1]);
  expect(windowAt(lordHowe, "2024-04-06T14:59:00Z")).toEqual(["2024-04-06T14:00Z", 1]);
  expect(windowAt(lordHowe, "2024-04-06T15:00:00Z")).toEqual(["2024-04-06T15:00Z", 0.5]);
  expect(windowAt(lordHowe, "2024-04-06T15:30:00Z")).toEqual(["2024-04-06T15:30Z", 1]);
  expect(windowAt(daysOf("Australia/Lord_Howe"), "2024-10-06T00:00:00Z")).toEqual([
    "2024-10-05T13:30Z",
    23.5,
  ]);
});

test("clocks that are set twice within a week are followed both times", () => {
  const boaVista = daysOf("America/Boa_Vista");
  expect(windowAt(boaVista, "2000-10-08T12:00:00Z")).toEqual(["2000-10-08T04:00Z", 23]);
  expect(windowAt(boaVista, "2000-10-12T12:00:00Z")).toEqual(["2000-10-12T03:00Z", 24]);
  expect(windowAt(boaVista, "2000-10-14T12:00:00Z")).toEqual(["2000-10-14T03:00Z", 25]);
});

test("before 1970 a zone keeps the offset that it had when 1970 began", () => {
  expect(windowAt(daysOf("Europe/Berlin"), "1945-07-01T12:00:00Z")).toEqual([
    "1945-06-30T23:00Z",
    24,
  ]);
});

test("after 2400 a zone keeps the offset that it has by then", () => {
  expect(windowAt(daysOf("Europe/Berlin"), "2399-07-01T12:00:00Z")).toEqual([
    "2399-06-30T22:00Z",
    24,
  ]);
  expect(windowAt(daysOf("Europe/Berlin"), "2500-07-01T12:00:00Z")).toEqual([
    "2500-06-30T23:00Z",
    24,
  ]);
});

test("windows beyond all dates are infinitely far away", () => {
  for (const timeZone of ["UTC", "Europe/Berlin"]) {
    for (const unit of ["minute", "hour", "day", "week", "month", "year"] as const) {
      expect(windowStartOf({ unit, timeZone }, 1e12)).toBe(Infinity);
      expect(windowStartOf({ unit, timeZone }, -Infinity)).toBe(-Infinity);
      expect(windowIndex({ unit, timeZone }, 1e16)).toBe(Infinity);
      expect(windowIndex({ unit, timeZone }, -Infinity)).toBe(-Infinity);
      expect(windowIndex({ unit, timeZone }, NaN)).toBeNaN();
      expect(windowStartOf({ unit, timeZone }, NaN)).toBeNaN();
    }
  }
});

test("a zone is looked up again after hundreds of others", () => {
  const at = Date.UTC(2024, 6, 1);
  const names = Intl.supportedValuesOf("timeZone");
  const indexes = names.map((timeZone) => windowIndex({ unit: "day", timeZone }, at));
  expect(names.length).toBeGreaterThan(400);
  expect(names.map((timeZone) => windowIndex({ unit: "day", timeZone }, at))).toEqual(indexes);
});

test("a zone is known by its IANA name, in any case", () => {
  for (const name of ["UTC", "Europe/Berlin", "america/new_york", "Etc/GMT+5", "Asia/Calcutta"]) {
    expect(isTimeZone(name), name).toBe(true);
  }
  for (const name of ["", "Mars/Olympus", "Europe/Berlin ", "+02:00", "-0530", "GMT+2"]) {
    expect(isTimeZone(name), name).toBe(false);
  }
});

test("windows of an unknown zone throw a RangeError", () => {
  expect(() => windowIndex(daysOf("Mars/Olympus"), 0)).toThrow(RangeError);
  expect(() => windowStartOf(daysOf("Mars/Olympus"), 0)).toThrow(RangeError);
});

test("a day later is the next window, whatever the clock did", () => {
  const berlin = daysOf("Europe/Berlin");
  const first = windowIndex(berlin, Date.UTC(2024, 0, 1, 12));
  for (let day = 0; day < 366; day++) {
    expect(windowIndex(berlin, Date.UTC(2024, 0, 1, 12) + day * DAY_MS)).toBe(first + day);
  }
});
