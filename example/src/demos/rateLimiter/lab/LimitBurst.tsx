import { useAction, useMutation } from "convex/react";
import { useCallback, useState, type FormEvent } from "react";
import { api } from "../../../../convex/_generated/api.js";
import { describeError } from "../../../backend/describeError.js";
import { useCall } from "../../../backend/useCall.js";
import { CountSlider } from "../../../parts/CountSlider.js";
import { Notice } from "../../../parts/Notice.js";
import { Progress } from "../../../parts/Progress.js";
import type { TokenHistory } from "../tokenHistory.js";
import { LimitAnswer } from "./LimitAnswer.js";
import type { Limit } from "./TokenBench.js";

/** The most that `burst` makes at once. */
const MOST_CALLS = 50;

/** Many calls at once, as mutations of their own or in a single one. */
export function LimitBurst({
  limit,
  history,
  onHeaders,
}: {
  limit: Limit;
  history: TokenHistory;
  /** What an HTTP response to the last call would say. */
  onHeaders: (headers: Record<string, string>) => void;
}) {
  const [calls, setCalls] = useState(20);
  const [isInOne, setIsInOne] = useState(false);
  const { state, run } = useCall(useBurst(isInOne));
  const isCalling = state.phase === "running";

  const call = async (event: FormEvent) => {
    event.preventDefault();
    if (isCalling) return;
    const outcome = await run({ ...limit, calls });
    if (outcome.phase !== "done") return;
    const { granted, refused, headers } = outcome.result;
    history.note({ at: outcome.at, granted, refused });
    onHeaders(headers);
  };

  return (
    <form className="form" onSubmit={(event) => void call(event)}>
      <CountSlider label="Calls at once" value={calls} onChange={setCalls} max={MOST_CALLS}>
        <button className="button primary" aria-disabled={isCalling}>
          {calls === 1 ? "1 call" : `${calls} calls`}
        </button>
      </CountSlider>
      <label className="check">
        <input
          type="checkbox"
          checked={isInOne}
          onChange={(event) => setIsInOne(event.target.checked)}
        />
        All in one mutation
      </label>
      <div className="answer burst-answer" aria-live="polite">
        {state.phase === "idle" && (
          <span className="hint">Each call asks for one token, all started together.</span>
        )}
        {isCalling && <Progress label="Calling" />}
        {state.phase === "done" && <LimitAnswer burst={state.result} at={state.at} />}
        {state.phase === "failed" && <Notice>{describeError(state.error)}</Notice>}
      </div>
    </form>
  );
}

function useBurst(isInOne: boolean) {
  const burst = useAction(api.rateLimiterLab.burst);
  const burstInOne = useMutation(api.rateLimiterLab.burstInOneMutation);
  return useCallback(
    (request: Limit & { calls: number }) => (isInOne ? burstInOne(request) : burst(request)),
    [isInOne, burst, burstInOne],
  );
}
