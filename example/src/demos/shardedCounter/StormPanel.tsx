import { useQuery } from "convex/react";
import { useState, type FormEvent } from "react";
import { api } from "../../../convex/_generated/api.js";
import { describeError } from "../../backend/describeError.js";
import { CountSlider } from "../../parts/CountSlider.js";
import { Notice } from "../../parts/Notice.js";
import { Panel } from "../../parts/Panel.js";
import { StormLane } from "./StormLane.js";
import { AT_ONCE, useStorm, type StormRun } from "./useStorm.js";

const MOST_CLICKS = 600;
const STEP = 50;

/** A few hundred clicks at once, in the log and in rows. */
export function StormPanel() {
  const { storm, state, send } = useStorm();
  const [clicks, setClicks] = useState(300);
  const counts = useQuery(
    api.shardedCounterLab.stormCounts,
    storm.id === null ? "skip" : { storm: storm.id },
  );
  const isSending = state.phase === "running";

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isSending) void send(clicks);
  };

  return (
    <Panel
      title="A storm of clicks"
      aside={`mutations, ${AT_ONCE} at once`}
      className="storm-panel"
    >
      <form className="form" onSubmit={submit}>
        <CountSlider
          label="How many clicks, to either place"
          value={clicks}
          onChange={setClicks}
          min={STEP}
          max={MOST_CLICKS}
          step={STEP}
        >
          <button className="button" aria-disabled={isSending}>
            Storm of {clicks}
          </button>
        </CountSlider>
      </form>
      <div className="lanes">
        <StormLane where="log" run={storm} live={counts?.log ?? 0} />
        <StormLane where="rows" run={storm} live={counts?.rows ?? 0} />
      </div>
      <p className="storm-summary" aria-live="polite">
        {summaryOf(storm, isSending)}
      </p>
      <p className="hint">
        Times compare on a deployment, where clicks on the same row conflict and are run again. The
        embedded backend runs one mutation after the other.
      </p>
      {state.phase === "failed" && <Notice>{describeError(state.error)}</Notice>}
    </Panel>
  );
}

function summaryOf({ id, clicks, lanes }: StormRun, isSending: boolean): string {
  if (isSending)
    return lanes.log.end === null ? "Clicks go to the log first." : "Now as many go to 16 rows.";
  if (lanes.log.end === null || lanes.rows.end === null)
    return id === null ? "Nothing sent yet." : "The storm was broken off.";
  const sent = lanes.log.sent + lanes.rows.sent;
  const lost = sent - lanes.log.end.counted - lanes.rows.end.counted;
  if (lost !== 0) return `${lost} are missing: lost, or reset by somebody meanwhile.`;
  // Convex runs a mutation again only so many times.
  const refused = 2 * clicks - sent;
  return refused === 0
    ? `Twice ${clicks} sent, and none lost.`
    : `${refused} met too many conflicts and were refused; of all others, none was lost.`;
}
