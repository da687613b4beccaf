import type uPlot from "uplot";

/** A point of interest: a dot, a cross, or a line over the whole height. */
export interface ChartMark {
  shape: "dot" | "cross" | "line";
  x: number;
  y: number;
  /** The name of a CSS token. */
  color: string;
}

const RADIUS_PX = 4.5;

/** Draws the marks over the lines of a chart. */
export function drawMarks(plot: uPlot, marks: ChartMark[], color: (name: string) => string): void {
  const { ctx } = plot;
  const radius = RADIUS_PX * devicePixelRatio;
  ctx.save();
  // uPlot leaves the dashes of its last line behind.
  ctx.setLineDash([]);
  for (const mark of marks) {
    const x = plot.valToPos(mark.x, "x", true);
    const y = plot.valToPos(mark.y, "y", true);
    ctx.strokeStyle = ctx.fillStyle = color(mark.color);
    ctx.lineWidth = (mark.shape === "line" ? 1 : 2) * devicePixelRatio;
    ctx.beginPath();
    trace(ctx, mark.shape, { x, y, radius, plot });
  }
  ctx.restore();
}

function trace(
  ctx: CanvasRenderingContext2D,
  shape: ChartMark["shape"],
  { x, y, radius, plot }: { x: number; y: number; radius: number; plot: uPlot },
): void {
  switch (shape) {
    case "dot":
      ctx.arc(x, y, radius, 0, 2 * Math.PI);
      return ctx.fill();
    case "cross":
      ctx.moveTo(x - radius, y - radius);
      ctx.lineTo(x + radius, y + radius);
      ctx.moveTo(x + radius, y - radius);
      ctx.lineTo(x - radius, y + radius);
      return ctx.stroke();
    case "line":
      ctx.moveTo(x, plot.bbox.top);
      ctx.lineTo(x, plot.bbox.top + plot.bbox.height);
      return ctx.stroke();
  }
}
