import type { FunctionReturnType } from "convex/server";
import type { api } from "../../../convex/_generated/api.js";
import type { ChartFrame } from "../../parts/chartOptions.js";

export type Unit = "hour" | "day";
export type Views = FunctionReturnType<typeof api.shardedCounterLab.views>;

const UNITS: Record<Unit, { ms: number; shown: number; labelEvery: number }> = {
  hour: { ms: 3_600_000, shown: 24, labelEvery: 6 },
  day: { ms: 86_400_000, shown: 30, labelEvery: 7 },
};

const TICKS = 4;
const MOST_PIXELS_OF_LABEL = 48;

/** The last 24 hours or 30 days, with the one that is not over yet. */
export function rangeAt(unit: Unit, now: number): { startAt: number; endAt: number } {
  const { ms, shown } = UNITS[unit];
  const endAt = now - (now % ms) + ms;
  return { startAt: endAt - shown * ms, endAt };
}

/** What was counted stands on what was brought along: drawn behind it, and higher. */
export function viewsData(views: Views): [number[], number[], number[]] {
  return [
    views.map((_, index) => index),
    views.map(({ counted, brought }) => counted + brought),
    views.map(({ brought }) => brought),
  ];
}

export function viewsFrame(views: Views, unit: Unit): ChartFrame {
  const top = topOf(views);
  const { labelEvery } = UNITS[unit];
  return {
    lines: [
      { name: "counted", color: "accent", isBars: true },
      { name: "brought along", color: "second-bar", isBars: true },
    ],
    x: {
      min: -0.6,
      max: views.length - 0.4,
      ticks: views.flatMap((_, index) =>
        (views.length - 1 - index) % labelEvery === 0 ? [index] : [],
      ),
      format: (index) => formatStart(views[index]?.startAt ?? 0, unit),
    },
    y: {
      min: 0,
      max: top,
      ticks: Array.from({ length: TICKS + 1 }, (_, index) => (index * top) / TICKS),
      format: (views) => views.toLocaleString("en"),
      sizePx: MOST_PIXELS_OF_LABEL,
    },
    heightPx: 220,
  };
}

/** A round number above all bars, so that the frame seldom changes. */
function topOf(views: Views): number {
  const most = Math.max(1, ...views.map(({ counted, brought }) => counted + brought));
  const step = 10 ** Math.floor(Math.log10(most)) * 2;
  return Math.max(step, Math.ceil(most / step) * step);
}

/** Hours as the visitor's clock shows them; days as they are counted, in UTC. */
function formatStart(startAt: number, unit: Unit): string {
  return unit === "hour"
    ? new Date(startAt).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })
    : new Date(startAt).toLocaleDateString("en-GB", {
        day: "numeric",
        month: "short",
        timeZone: "UTC",
      });
}
