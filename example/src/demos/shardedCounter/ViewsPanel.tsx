import { useMutation, useQuery } from "convex/react";
import { useMemo, useState } from "react";
import { api } from "../../../convex/_generated/api.js";
import { describeError } from "../../backend/describeError.js";
import { useCall } from "../../backend/useCall.js";
import { Chart } from "../../parts/Chart.js";
import { Choice } from "../../parts/Choice.js";
import { formatCount } from "../../parts/formatCount.js";
import { Notice } from "../../parts/Notice.js";
import { Panel } from "../../parts/Panel.js";
import { useTick } from "../../useTick.js";
import { rangeAt, viewsData, viewsFrame, type Unit, type Views } from "./viewsData.js";

const MINUTE_MS = 60_000;
const VIEWS = 25;
const NO_MARKS: never[] = [];

/** Views by the hour or by the day. */
export function ViewsPanel() {
  const [unit, setUnit] = useState<Unit>("hour");
  // The hour ends while the page is open.
  useTick(MINUTE_MS);
  const views = useQuery(api.shardedCounterLab.views, { unit, ...rangeAt(unit, Date.now()) });
  const { state, run } = useCall(useMutation(api.shardedCounterLab.view));
  return (
    <Panel title="History" heading="h3" aside="views of a page" className="views-panel">
      <Choice
        legend="Views by"
        options={[
          { value: "hour", title: "Hour" },
          { value: "day", title: "Day" },
        ]}
        chosen={unit}
        onChoose={setUnit}
      />
      {views === undefined ? (
        <span className="skeleton skeleton-chart" />
      ) : (
        <ViewsChart views={views} unit={unit} />
      )}
      <div className="action-row">
        <button type="button" className="button" onClick={() => void run({ views: VIEWS })}>
          {VIEWS} more views
        </button>
        <p className="hint action-note">
          A counter knows its history from the day it is told to keep it. What was before came along
          as counters named after their hours and days.
        </p>
      </div>
      {state.phase === "failed" && <Notice>{describeError(state.error)}</Notice>}
    </Panel>
  );
}

function ViewsChart({ views, unit }: { views: Views; unit: Unit }) {
  const frame = useMemo(() => viewsFrame(views, unit), [views, unit]);
  const data = useMemo(() => viewsData(views), [views]);
  const counted = views.reduce((sum, point) => sum + point.counted, 0);
  const brought = views.reduce((sum, point) => sum + point.brought, 0);
  return (
    <>
      <Chart
        label={`Views of the last ${views.length} ${unit}s: ${counted} counted here, ${brought} brought along, the last ${unit} ${views.at(-1)?.counted ?? 0}.`}
        frame={frame}
        data={data}
        marks={NO_MARKS}
      />
      <ul className="legend" aria-hidden="true">
        <li data-mark="bar">counted by series, {formatCount(counted)}</li>
        <li data-mark="second-bar">brought along, {formatCount(brought)}</li>
      </ul>
    </>
  );
}
