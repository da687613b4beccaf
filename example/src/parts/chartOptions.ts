import uPlot from "uplot";
import { cssColor } from "./cssColor.js";
import { drawMarks, type ChartMark } from "./chartMarks.js";

/** A line of the chart, coloured by the name of a CSS token. */
export interface ChartLine {
  name: string;
  color: string;
  isDashed?: boolean;
  isFilled?: boolean;
  isBars?: boolean;
}

export interface ChartAxis {
  min: number;
  max: number;
  /** Where the labels stand. */
  ticks: number[];
  format: (tick: number) => string;
  /** Room for the labels. @default 28 */
  sizePx?: number;
}

/** What does not change while a chart lives. */
export interface ChartFrame {
  lines: ChartLine[];
  x: ChartAxis;
  y: ChartAxis;
  heightPx: number;
}

const FONT = '12px system-ui, -apple-system, "Segoe UI", sans-serif';
const DASH_PX = [3, 4];
const AXIS_PX = 28;
/** Of the room that a bar has, and its round corners. */
const BAR = { size: [0.72, 40], radius: 0.15 } satisfies uPlot.Series.BarsPathBuilderOpts;

/** uPlot's options for a frame, in the colours of the theme shown. */
export function chartOptions(
  frame: ChartFrame,
  host: HTMLElement,
  marks: () => ChartMark[],
): uPlot.Options {
  const { lines, x, y, heightPx } = frame;
  const color = (name: string) => cssColor(name, host);
  const axis = ({ ticks, format, sizePx = AXIS_PX }: ChartAxis): uPlot.Axis => ({
    size: sizePx,
    stroke: color("ink-soft"),
    font: FONT,
    grid: { stroke: color("line"), width: 1 },
    ticks: { show: false },
    splits: () => ticks,
    values: (_plot, splits) => splits.map(format),
    gap: 8,
  });
  return {
    width: host.clientWidth,
    height: heightPx,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 22, 0, 0],
    scales: {
      x: { time: false, range: [x.min, x.max] },
      y: { range: [y.min, y.max] },
    },
    axes: [axis(x), axis(y)],
    series: [
      {},
      ...lines.map(({ color: name, isDashed, isFilled, isBars }) => ({
        stroke: color(name),
        width: 2,
        // Slopes are drawn smoothly, not in steps of a pixel.
        pxAlign: 0,
        points: { show: false },
        ...(isDashed && { dash: DASH_PX }),
        ...(isFilled && { fill: color(`${name}-soft`) }),
        ...(isBars && { fill: color(name), width: 0, paths: uPlot.paths.bars?.(BAR) }),
      })),
    ],
    hooks: { draw: [(plot) => drawMarks(plot, marks(), color)] },
  };
}
