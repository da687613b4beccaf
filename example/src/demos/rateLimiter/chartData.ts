import type { ChartFrame } from "../../parts/chartOptions.js";
import type { ChartMark } from "../../parts/chartMarks.js";
import type { Attempt } from "./tokenHistory.js";

const SECOND_MS = 1_000;

export const BACK_MS = 60 * SECOND_MS;
export const AHEAD_MS = 30 * SECOND_MS;

/** Above the curve, in parts of the capacity: a lane for each kind of answer, and air. */
const GRANTED_LANE = 1.13;
const REFUSED_LANE = 1.26;
const TOP = 1.36;

type Curve = [at: number, tokens: number][];

/** Axes and lines of the chart of a bucket. Time is in seconds from now. */
export function chartFrame(capacity: number): ChartFrame {
  return {
    lines: [
      { name: "tokens left", color: "accent", isFilled: true },
      { name: "if left alone", color: "accent", isDashed: true },
    ],
    x: {
      min: -BACK_MS / SECOND_MS,
      max: AHEAD_MS / SECOND_MS,
      ticks: [-60, -45, -30, -15, 0, 15, 30],
      format: formatSecond,
    },
    y: { min: 0, max: capacity * TOP, ticks: tokenTicks(capacity), format: String },
    heightPx: 248,
  };
}

/** The past is one line, the future another, in the shape uPlot wants: a column per instant. */
export function chartData(now: number, past: Curve, future: Curve) {
  const seconds = [...past, ...future].map(([at]) => (at - now) / SECOND_MS);
  const none = (curve: Curve) => curve.map(() => null);
  const tokens = (curve: Curve) => curve.map(([, left]) => left);
  return [
    seconds,
    [...tokens(past), ...none(future)],
    [...none(past), ...tokens(future)],
  ] satisfies [number[], (number | null)[], (number | null)[]];
}

/** A line at now, and a mark for every answer. */
export function chartMarks(now: number, capacity: number, attempts: Attempt[]): ChartMark[] {
  const marks = attempts.flatMap(({ at, granted, refused }): ChartMark[] => {
    const x = (at - now) / SECOND_MS;
    return [
      ...(granted > 0
        ? [{ shape: "dot" as const, x, y: capacity * GRANTED_LANE, color: "accent" }]
        : []),
      ...(refused > 0
        ? [{ shape: "cross" as const, x, y: capacity * REFUSED_LANE, color: "refused" }]
        : []),
    ];
  });
  return [{ shape: "line", x: 0, y: 0, color: "line-strong" }, ...marks];
}

function formatSecond(second: number): string {
  if (second === 0) return "now";
  return `${second < 0 ? "−" : "+"}${Math.abs(second)} s`;
}

function tokenTicks(capacity: number): number[] {
  const step = Math.max(1, Math.ceil(capacity / 6));
  return Array.from({ length: Math.floor(capacity / step) + 1 }, (_, index) => index * step);
}
