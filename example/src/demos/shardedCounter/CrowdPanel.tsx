import { useMutation, useQuery } from "convex/react";
import { useCallback, useMemo } from "react";
import { api } from "../../../convex/_generated/api.js";
import { describeError } from "../../backend/describeError.js";
import { Chart } from "../../parts/Chart.js";
import { formatCount } from "../../parts/formatCount.js";
import { Notice } from "../../parts/Notice.js";
import { NumberList } from "../../parts/NumberList.js";
import { Panel } from "../../parts/Panel.js";
import { ProgressBar } from "../../parts/ProgressBar.js";
import { useRecording } from "../../useRecording.js";
import {
  crowdData,
  crowdFrame,
  crowdMarks,
  errorOf,
  EXACT,
  formatPercent,
  sinceReset,
  widthOf,
  type Crowd,
} from "./crowdData.js";
import { useSteps } from "./useSteps.js";

const STEPS = 10;
const PEOPLE_PER_STEP = 25;
const KEPT = 400;

/** People who come twice, and how well they are told apart. */
export function CrowdPanel() {
  const crowd = useQuery(api.shardedCounterLab.crowd);
  const samples = sinceReset(useRecording(crowd, KEPT));
  return (
    <Panel title="Unique visitors" heading="h3" aside="in at most 4 KiB" className="crowd-panel">
      {crowd === undefined ? (
        <span className="skeleton skeleton-chart" />
      ) : (
        <>
          <NumberList
            numbers={{
              Visits: formatCount(crowd.visits),
              People: formatCount(crowd.people),
              "Told apart": formatCount(crowd.unique),
              "Off by": formatPercent(errorOf(crowd)),
            }}
          />
          <CrowdChart samples={samples} crowd={crowd} />
        </>
      )}
      <MorePeople />
    </Panel>
  );
}

function CrowdChart({ samples, crowd }: { samples: readonly Crowd[]; crowd: Crowd }) {
  const width = widthOf(crowd.people);
  const frame = useMemo(() => crowdFrame(width), [width]);
  const data = crowdData(samples, width);
  return (
    <>
      <Chart
        label={`The count of unique visitors is off by ${formatPercent(errorOf(crowd))} at ${crowd.people} people.`}
        frame={frame}
        data={data}
        marks={crowdMarks(samples)}
      />
      <ul className="legend" aria-hidden="true">
        <li data-mark="line">off by</li>
        <li data-mark="dashed-soft">as a rule within 1.6 %</li>
      </ul>
    </>
  );
}

function MorePeople() {
  const welcome = useMutation(api.shardedCounterLab.welcome);
  const { state, step, run } = useSteps(
    useCallback(() => welcome({ people: PEOPLE_PER_STEP }), [welcome]),
    STEPS,
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
        {STEPS * PEOPLE_PER_STEP} more people
      </button>
      <div className="action-note">
        {isRunning ? (
          <ProgressBar label="People are coming" value={step} max={STEPS} />
        ) : (
          <p className="hint">Each comes twice. Exact up to {EXACT} people.</p>
        )}
        {state.phase === "failed" && <Notice>{describeError(state.error)}</Notice>}
      </div>
    </div>
  );
}
