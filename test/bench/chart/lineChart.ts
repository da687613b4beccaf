import { linearScale, logScale } from "./scale.ts";
import { MOST_SERIES, STYLE } from "./style.ts";
import { element, text } from "./svg.ts";

export interface Series {
  name: string;
  points: readonly { x: number; y: number }[];
  /** Drawn broad and below the others, so that an equal line shows on top of it. @default false */
  isBroad?: boolean;
}

export interface LineChart {
  title: string;
  /** What is along the axis, with its unit. */
  xLabel: string;
  yLabel: string;
  series: readonly Series[];
}

const WIDTH = 760;
const HEIGHT = 380;
const PLOT = { left: 72, right: 520, top: 52, bottom: 316 };
const LEGEND_LEFT = 548;

/** Lines over a logarithmic x axis, on their own background: readable on light and dark pages. */
export function lineChart(chart: LineChart): string {
  if (chart.series.length > MOST_SERIES) {
    throw new Error(
      `"${chart.title}" has ${chart.series.length} lines, of at most ${MOST_SERIES}.`,
    );
  }
  const xs = [...new Set(chart.series.flatMap(({ points }) => points.map(({ x }) => x)))];
  xs.sort((a, b) => a - b);
  const largest = Math.max(...chart.series.flatMap(({ points }) => points.map(({ y }) => y)), 0);
  const x = logScale(xs, [PLOT.left + 12, PLOT.right - 12]);
  const { ticks, scale: y } = linearScale(largest, [PLOT.bottom, PLOT.top]);
  const frame = { width: WIDTH, height: HEIGHT, viewBox: `0 0 ${WIDTH} ${HEIGHT}` };
  return element(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", ...frame, role: "img", "aria-label": chart.title },
    element("style", {}, STYLE),
    element("rect", { class: "card", width: WIDTH, height: HEIGHT, rx: 8 }),
    text({ class: "title", x: PLOT.left, y: 28 }, chart.title),
    ...ticks.map((tick) => yTick(tick, y(tick))),
    ...xs.map((tick) => xTick(tick, x(tick))),
    ...axisLabels(chart),
    ...chart.series.map((series, i) => line(series, i, { x, y })),
    ...chart.series.map(legendEntry),
  );
}

function yTick(value: number, y: number): string {
  return (
    element("line", { class: "grid", x1: PLOT.left, x2: PLOT.right, y1: y, y2: y }) +
    text({ x: PLOT.left - 8, y: y + 4, "text-anchor": "end" }, formatNumber(value))
  );
}

function xTick(value: number, x: number): string {
  return (
    element("line", { class: "grid", x1: x, x2: x, y1: PLOT.bottom, y2: PLOT.bottom + 5 }) +
    text({ x, y: PLOT.bottom + 20, "text-anchor": "middle" }, formatNumber(value))
  );
}

function axisLabels({ xLabel, yLabel }: LineChart): string[] {
  const middle = { x: (PLOT.left + PLOT.right) / 2, y: (PLOT.top + PLOT.bottom) / 2 };
  const turned = { transform: `translate(20 ${middle.y}) rotate(-90)` };
  return [
    text({ class: "label", x: middle.x, y: PLOT.bottom + 46, "text-anchor": "middle" }, xLabel),
    text({ class: "label", ...turned, "text-anchor": "middle" }, yLabel),
  ];
}

interface Scales {
  x: (value: number) => number;
  y: (value: number) => number;
}

function line({ points, isBroad }: Series, index: number, { x, y }: Scales): string {
  const path = points.map((point) => `${x(point.x).toFixed(1)},${y(point.y).toFixed(1)}`);
  return (
    element("polyline", { class: lineClass(index, isBroad), points: path.join(" ") }) +
    points.map((point) => marker(index, x(point.x), y(point.y))).join("")
  );
}

const lineClass = (index: number, isBroad = false) => `line s${index}${isBroad ? " broad" : ""}`;

/** Shapes besides colours, for those who cannot tell these apart. */
function marker(index: number, x: number, y: number): string {
  const turned = { transform: `rotate(45 ${x.toFixed(1)} ${y.toFixed(1)})` };
  switch (index % 3) {
    case 0:
      return element("circle", { class: `mark s${index}`, cx: x, cy: y, r: 4 });
    case 1:
      return element("rect", { class: `mark s${index}`, x: x - 3.5, y: y - 3.5, ...SIDES });
    default:
      return element("rect", {
        class: `mark s${index}`,
        x: x - 3.5,
        y: y - 3.5,
        ...SIDES,
        ...turned,
      });
  }
}

const SIDES = { width: 7, height: 7 };

function legendEntry({ name, isBroad }: Series, index: number): string {
  const y = PLOT.top + 8 + index * 22;
  return (
    element("line", {
      class: lineClass(index, isBroad),
      x1: LEGEND_LEFT,
      x2: LEGEND_LEFT + 24,
      y1: y,
      y2: y,
    }) +
    marker(index, LEGEND_LEFT + 12, y) +
    text({ x: LEGEND_LEFT + 32, y: y + 4 }, name)
  );
}

function formatNumber(value: number): string {
  return value.toLocaleString("en-US");
}
