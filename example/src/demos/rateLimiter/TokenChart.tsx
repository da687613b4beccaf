import { useMemo, useSyncExternalStore, type ReactNode } from "react";
import { Chart } from "../../parts/Chart.js";
import { Panel } from "../../parts/Panel.js";
import { useTick } from "../../useTick.js";
import { AHEAD_MS, BACK_MS, chartData, chartFrame, chartMarks } from "./chartData.js";
import type { TokenHistory } from "./tokenHistory.js";

const STEP_MS = 250;
const TICK_MS = 100;

/** What a limit had left over the last minute, the answers given, and the half minute to come. */
export function TokenChart({
  title,
  unit = "tokens",
  heading,
  history,
  children,
}: {
  title: string;
  unit?: string;
  heading?: "h2" | "h3";
  history: TokenHistory;
  /** Above the chart. */
  children?: ReactNode;
}) {
  useSyncExternalStore(history.subscribe, history.version);
  const { capacity } = history;
  const frame = useMemo(() => (capacity === null ? null : chartFrame(capacity)), [capacity]);
  const now = Date.now();
  const start = now - BACK_MS;
  const past = history.curve({ from: start, to: now, stepMs: STEP_MS });
  const future = history.curve({ from: now, to: now + AHEAD_MS, stepMs: STEP_MS });
  const attempts = history.attemptsSince(start);

  // A level line over the whole width looks the same at every instant.
  const [first] = past;
  const isLevel = [...past, ...future].every(([, tokens]) => tokens === first?.[1]);
  useTick(isLevel && first?.[0] === start && attempts.length === 0 ? null : TICK_MS);

  const left = Math.floor(future[0]?.[1] ?? 0);
  const refused = attempts.reduce((sum, attempt) => sum + attempt.refused, 0);
  return (
    <Panel
      title={title}
      className="chart-panel"
      heading={heading}
      aside="last minute, next half minute"
    >
      {children}
      {frame === null || capacity === null ? (
        <span className="skeleton skeleton-chart" />
      ) : (
        <Chart
          label={`${title}: ${left} of ${capacity} left; ${refused} calls were refused in the last minute.`}
          frame={frame}
          data={chartData(now, past, future)}
          marks={chartMarks(now, capacity, attempts)}
        />
      )}
      <Legend unit={unit} />
    </Panel>
  );
}

function Legend({ unit }: { unit: string }) {
  return (
    <ul className="legend" aria-hidden="true">
      <li data-mark="line">{unit} left</li>
      <li data-mark="dashed">if left alone</li>
      <li data-mark="dot">granted</li>
      <li data-mark="cross">refused</li>
    </ul>
  );
}
