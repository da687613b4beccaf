import { useMutation, useQuery } from "convex/react";
import { useCallback, useMemo } from "react";
import { api } from "../../../convex/_generated/api.js";
import { describeError } from "../../backend/describeError.js";
import { Chart } from "../../parts/Chart.js";
import { Notice } from "../../parts/Notice.js";
import { Panel } from "../../parts/Panel.js";
import { ProgressBar } from "../../parts/ProgressBar.js";
import { useRecording } from "../../useRecording.js";
import { DocumentCells } from "./DocumentCells.js";
import { BACK, meanOf, readsData, readsFrame, readsMarks, topOf, type Reads } from "./readsData.js";
import { useSteps } from "./useSteps.js";

const CLICKS = 40;

/** What a count costs: the tail of the log goes up and down, rows are always read in full. */
export function ReadsPanel() {
  const reads = useQuery(api.shardedCounterLab.reads);
  const samples = useRecording(reads, BACK);
  return (
    <Panel title="What one count reads" aside="documents, measured" className="reads-panel">
      {reads === undefined ? (
        <span className="skeleton skeleton-chart" />
      ) : (
        <>
          <ReadsChart samples={samples} />
          <div className="anatomy">
            <DocumentCells where="log" title="Log" {...reads.log} />
            <DocumentCells where="rows" title="Rows" {...reads.rows} />
          </div>
        </>
      )}
      <OneByOne />
    </Panel>
  );
}

function ReadsChart({ samples }: { samples: readonly Reads[] }) {
  const top = topOf(samples);
  const frame = useMemo(() => readsFrame(top), [top]);
  const data = useMemo(() => readsData(samples), [samples]);
  const marks = useMemo(() => readsMarks(samples), [samples]);
  const mean = (where: keyof Reads) => meanOf(samples, where).toFixed(1);
  return (
    <>
      <Chart
        label={`Documents that a count read, over the last ${samples.length} changes: ${mean("log")} on average in the log, ${mean("rows")} in rows.`}
        frame={frame}
        data={data}
        marks={marks}
      />
      <ul className="legend" aria-hidden="true">
        <li data-mark="line">in the log, {mean("log")} on average</li>
        <li data-mark="second">in 16 rows, {mean("rows")} on average</li>
        <li className="legend-axis">over the last {BACK} changes</li>
      </ul>
    </>
  );
}

/** Clicks slowly enough to see every one of them in the chart. */
function OneByOne() {
  const clickBoth = useMutation(api.shardedCounterLab.clickBoth);
  const { state, step, run } = useSteps(
    useCallback(() => clickBoth({}), [clickBoth]),
    CLICKS,
  );
  const isRunning = state.phase === "running";
  return (
    <div className="action-row">
      <button
        type="button"
        className="button"
        aria-disabled={isRunning}
        onClick={() => void (isRunning || run())}
      >
        Click {CLICKS} times, one by one
      </button>
      <div className="action-note">
        {isRunning ? (
          <ProgressBar label="Clicking one by one" value={step} max={CLICKS} />
        ) : (
          <p className="hint">
            One addition in 14 also makes a checkpoint, and the tail begins anew. Rows fill up to
            16, and stay.
          </p>
        )}
        {state.phase === "failed" && <Notice>{describeError(state.error)}</Notice>}
      </div>
    </div>
  );
}
