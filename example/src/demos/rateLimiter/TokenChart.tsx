import { useMemo, useSyncExternalStore } from "react";
import { Chart } from "../../parts/Chart.js";
import { Panel } from "../../parts/Panel.js";
import { useTick } from "../../useTick.js";
import type { Author } from "./authors.js";
import { AHEAD_MS, BACK_MS, chartData, chartFrame, chartMarks } from "./chartData.js";
import type { TokenHistory } from "./tokenHistory.js";

const STEP_MS = 250;
const TICK_MS = 100;

/** Tokens left over the last minute, the answers given, and the half minute to come. */
export function TokenChart({ author, history }: { author: Author; history: TokenHistory }) {
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
      title={`${author}’s tokens`}
      className="chart-panel"
      aside="last minute, next half minute"
    >
      {frame === null || capacity === null ? (
        <span className="skeleton skeleton-chart" />
      ) : (
        <Chart
          label={`${author} has ${left} of ${capacity} tokens; ${refused} calls were refused in the last minute.`}
          frame={frame}
          data={chartData(now, past, future)}
          marks={chartMarks(now, capacity, attempts)}
        />
      )}
      <ul className="legend" aria-hidden="true">
        <li data-mark="line">tokens left</li>
        <li data-mark="dashed">if nobody sends</li>
        <li data-mark="dot">granted</li>
        <li data-mark="cross">refused</li>
      </ul>
    </Panel>
  );
}
