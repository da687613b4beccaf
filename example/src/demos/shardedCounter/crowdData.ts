import type { FunctionReturnType } from "convex/server";
import type { api } from "../../../convex/_generated/api.js";
import type { ChartMark } from "../../parts/chartMarks.js";
import type { ChartFrame } from "../../parts/chartOptions.js";

export type Crowd = FunctionReturnType<typeof api.shardedCounterLab.crowd>;

/** Exact until here, and then a sketch with this standard error in percent. */
export const EXACT = 256;
export const STANDARD_ERROR = 1.6;

const STEP = 1_000;
const LEAST_WIDTH = 2_000;
const MOST_LABELS = 5;

/** How far the number is off, in percent of the truth. */
export function errorOf({ people, unique }: Crowd): number {
  return people === 0 ? 0 : ((unique - people) / people) * 100;
}

/** The samples since the last reset. */
export function sinceReset(samples: readonly Crowd[]): readonly Crowd[] {
  const last = samples.findLastIndex(
    ({ people }, index) => people < (samples[index - 1]?.people ?? 0),
  );
  return last < 0 ? samples : samples.slice(last);
}

export function widthOf(people: number): number {
  return Math.max(LEAST_WIDTH, Math.ceil(people / STEP) * STEP);
}

/** The error over the true number of people, between the lines of the standard error. */
export function crowdFrame(width: number): ChartFrame {
  const step = Math.ceil(width / STEP / MOST_LABELS) * STEP;
  return {
    lines: [
      { name: "standard error", color: "line-strong", isDashed: true },
      { name: "standard error", color: "line-strong", isDashed: true },
      { name: "error", color: "accent" },
    ],
    x: {
      min: 0,
      max: width,
      ticks: Array.from({ length: Math.floor(width / step) + 1 }, (_, index) => index * step),
      format: (people) => (people === 0 ? "0" : `${people / STEP}k`),
    },
    y: { min: -4, max: 4, ticks: [-4, -2, 0, 2, 4], format: formatPercent, sizePx: 44 },
    heightPx: 232,
  };
}

/** In the shape uPlot wants. The lines of the standard error begin where the sketch does. */
export function crowdData(samples: readonly Crowd[], width: number) {
  const columns = [
    ...samples.map((sample) => ({ people: sample.people, error: errorOf(sample) })),
    { people: EXACT, error: null },
    { people: width, error: null },
  ].sort((one, other) => one.people - other.people);
  const band = (sign: 1 | -1) =>
    columns.map(({ people }) => (people < EXACT ? null : sign * STANDARD_ERROR));
  const errors = columns.map(({ error }) => error ?? undefined);
  return [columns.map(({ people }) => people), band(1), band(-1), errors] satisfies [
    number[],
    (number | null)[],
    (number | null)[],
    // Undefined is no gap: the line goes on.
    (number | undefined)[],
  ];
}

export function crowdMarks(samples: readonly Crowd[]): ChartMark[] {
  const latest = samples.at(-1);
  return latest === undefined
    ? []
    : [{ shape: "dot", x: latest.people, y: errorOf(latest), color: "accent" }];
}

/** "+1.2 %", with a sign that is as wide as a plus. */
export function formatPercent(percent: number): string {
  if (percent === 0) return "0 %";
  const digits = Math.abs(percent).toFixed(Number.isInteger(percent) ? 0 : 1);
  return `${percent < 0 ? "−" : "+"}${digits} %`;
}
