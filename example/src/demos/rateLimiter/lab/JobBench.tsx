import { useMutation, useQuery } from "convex/react";
import { useEffect, useRef } from "react";
import { api } from "../../../../convex/_generated/api.js";
import { describeError } from "../../../backend/describeError.js";
import { useCall, type CallState } from "../../../backend/useCall.js";
import { Countdown } from "../../../parts/Countdown.js";
import { Notice } from "../../../parts/Notice.js";
import { Panel } from "../../../parts/Panel.js";
import { Progress } from "../../../parts/Progress.js";
import { TokenChart } from "../TokenChart.js";
import type { TokenHistory } from "../tokenHistory.js";
import type { Whose } from "./catalog.js";
import { JobSlots, type JobList } from "./JobSlots.js";
import { THIS_TAB } from "./thisTab.js";

interface Started {
  ok: boolean;
  active: number;
  retryAfter?: number;
}

/** Leases: jobs that may run at the same time, and what is free for others. */
export function JobBench({
  whose,
  limitKey,
  history,
}: {
  whose: Whose;
  limitKey: string;
  history: TokenHistory;
}) {
  const list = useQuery(api.rateLimiterJobs.list, { key: limitKey });
  const { state, run } = useCall(useMutation(api.rateLimiterJobs.start));
  const startButton = useRef<HTMLButtonElement>(null);
  const isStarting = state.phase === "running";
  useLeaseRecording(list, history);

  const start = async () => {
    if (isStarting) return;
    const outcome = await run({ whose, holder: THIS_TAB });
    if (outcome.phase !== "done") return;
    const { ok } = outcome.result;
    history.note({ at: outcome.at, granted: ok ? 1 : 0, refused: ok ? 0 : 1 });
  };

  return (
    <>
      <TokenChart title="Concurrency" unit="leases" heading="h3" history={history} />
      <Panel title="Jobs" heading="h3" className="bench-panel">
        <div className="form">
          <button
            ref={startButton}
            type="button"
            className="button primary"
            aria-disabled={isStarting}
            onClick={() => void start()}
          >
            Start a job
          </button>
          <div className="answer" aria-live="polite">
            <Answer state={state} />
          </div>
        </div>
        {list === undefined ? (
          <span className="skeleton" />
        ) : (
          <JobSlots list={list} onFinished={() => startButton.current?.focus()} />
        )}
      </Panel>
    </>
  );
}

function Answer({ state }: { state: CallState<Started> }) {
  switch (state.phase) {
    case "idle":
      return <span className="hint">A job needs one of the leases, and gives it back.</span>;
    case "running":
      return <Progress label="Starting" />;
    case "failed":
      return <Notice>{describeError(state.error)}</Notice>;
    case "done": {
      const { ok, active, retryAfter } = state.result;
      if (ok || retryAfter === undefined)
        return (
          <span>
            <span className="granted">Started</span>: {active} at work.
          </span>
        );
      return (
        <span>
          <span className="refused">Refused</span>: {active} at work. Retry{" "}
          <Countdown from={state.at} until={state.at + retryAfter} />, or when one is done.
        </span>
      );
    }
  }
}

/** Until somebody starts, renews or finishes, time alone decides which leases have ended. */
function useLeaseRecording(list: JobList | undefined, history: TokenHistory): void {
  useEffect(() => {
    if (list === undefined) return;
    const { most, jobs } = list;
    const since = history.capacity === null && jobs.length === 0 ? 0 : Date.now();
    history.follow(since, {
      capacity: most,
      tokensAt: (at) => most - jobs.filter(({ expiresAt }) => expiresAt > at).length,
    });
  }, [list, history]);
}
