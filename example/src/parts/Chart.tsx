import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useTheme } from "../useTheme.js";
import type { ChartMark } from "./chartMarks.js";
import { chartOptions, type ChartFrame } from "./chartOptions.js";

/** Lines over time on a canvas. `label` is what a person who cannot see it is told. */
export function Chart({
  label,
  frame,
  data,
  marks,
}: {
  label: string;
  /** Keep it the same object as long as it says the same: a new one builds the chart anew. */
  frame: ChartFrame;
  data: uPlot.AlignedData;
  marks: ChartMark[];
}) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const shown = useRef({ data, marks });
  const theme = useTheme();

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const options = chartOptions(frame, element, () => shown.current.marks);
    const created = (plot.current = new uPlot(options, shown.current.data, element));
    const follow = new ResizeObserver(() =>
      created.setSize({ width: element.clientWidth, height: frame.heightPx }),
    );
    follow.observe(element);
    return () => {
      follow.disconnect();
      created.destroy();
      plot.current = null;
    };
    // The canvas holds the colours of the theme it was drawn in.
  }, [frame, theme]);

  useEffect(() => {
    shown.current = { data, marks };
    plot.current?.setData(data, false);
    plot.current?.redraw();
  }, [data, marks]);

  return (
    <div
      ref={host}
      className="chart"
      role="img"
      aria-label={label}
      style={{ height: frame.heightPx }}
    />
  );
}
