import type { FunctionReturnType } from "convex/server";
import type { api } from "../../../convex/_generated/api.js";
import type { ChartMark } from "../../parts/chartMarks.js";
import type { ChartFrame } from "../../parts/chartOptions.js";

export type Reads = FunctionReturnType<typeof api.shardedCounterLab.reads>;

/** How many changes the chart looks back. */
export const BACK = 80;

const TICK = 20;
const LEAST_TOP = 40;

/** Axes and lines. The y axis grows with the longest tail seen, in whole ticks. */
export function readsFrame(top: number): ChartFrame {
  return {
    lines: [
      { name: "in the log", color: "accent", isFilled: true },
      { name: "in 16 rows", color: "second" },
    ],
    x: { min: -BACK, max: 1, ticks: [-80, -60, -40, -20, 0], format: formatBack },
    y: { min: 0, max: top + 2, ticks: ticksTo(top), format: String },
    heightPx: 220,
  };
}

export function topOf(samples: readonly Reads[]): number {
  const most = Math.max(LEAST_TOP, ...samples.map(({ log }) => log.documents));
  return Math.ceil(most / TICK) * TICK;
}

/** The latest sample stands at 0, those before it to the left. */
export function readsData(samples: readonly Reads[]): [number[], number[], number[]] {
  return [
    samples.map((_, index) => index + 1 - samples.length),
    samples.map(({ log }) => log.documents),
    samples.map(({ rows }) => rows.documents),
  ];
}

export function readsMarks(samples: readonly Reads[]): ChartMark[] {
  const latest = samples.at(-1);
  if (latest === undefined) return [];
  return [
    { shape: "dot", x: 0, y: latest.rows.documents, color: "second" },
    { shape: "dot", x: 0, y: latest.log.documents, color: "accent" },
  ];
}

/** What a count reads on average, of the samples seen. */
export function meanOf(samples: readonly Reads[], where: keyof Reads): number {
  const sum = samples.reduce((before, sample) => before + sample[where].documents, 0);
  return samples.length === 0 ? 0 : sum / samples.length;
}

function formatBack(changes: number): string {
  return changes === 0 ? "now" : `−${-changes}`;
}

function ticksTo(top: number): number[] {
  return Array.from({ length: top / TICK + 1 }, (_, index) => index * TICK);
}
