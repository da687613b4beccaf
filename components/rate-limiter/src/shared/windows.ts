import { windowIndex, windowStartOf, type Calendar, type CalendarUnit } from "./calendar.js";

/** Windows that come one after the other, by the clock alone. */
export type Windows =
  | { kind: "fixed window" | "sliding window"; period: number; start?: number | null }
  | ({ kind: "calendar" } & Calendar);

/** More than the rounding of instants in milliseconds, less than clocks can tell apart. */
const ROUNDING_MS = 0.001;

/** The last instant that dates know, in milliseconds of UTC. */
export const END_OF_TIME = 8.64e15;

const DAY_MS = 86_400_000;

const UNIT_MS: Record<CalendarUnit, number> = {
  minute: 60_000,
  hour: 3_600_000,
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 30 * DAY_MS,
  year: 365 * DAY_MS,
};

/**
 * The latest start of a window at or before `at`. A start is a sum that rounds when the period is
 * not whole, and must not fall into the window before when it is read back.
 */
export function windowStart(windows: Windows, at: number): number {
  if (windows.kind === "calendar") return windowStartOf(windows, windowIndex(windows, at));
  const { period } = windows;
  const start = (windows.start ?? 0) % period;
  return start + Math.floor((at + ROUNDING_MS - start) / period) * period;
}

/** How many windows begin after the one that starts at `from`, up to the one that starts at `to`. */
export function windowsBetween(windows: Windows, from: number, to: number): number {
  if (windows.kind === "calendar") return windowIndex(windows, to) - windowIndex(windows, from);
  return Math.round((to - from) / windows.period);
}

/** The start of the `count`-th window after the one that starts at `from`. */
export function laterWindow(windows: Windows, from: number, count: number): number {
  if (windows.kind !== "calendar") return from + count * windows.period;
  const nominal = from + count * periodOf(windows);
  if (!(nominal < END_OF_TIME / 2)) return END_OF_TIME;
  return windowStartOf(windows, windowIndex(windows, from) + count);
}

/** Milliseconds over which `rate` tokens are added; of calendars, about. */
export function periodOf(config: { period: number } | { unit: CalendarUnit }): number {
  return "unit" in config ? UNIT_MS[config.unit] : config.period;
}
