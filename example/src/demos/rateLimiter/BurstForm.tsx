import { useAction } from "convex/react";
import { useState, type FormEvent } from "react";
import { api } from "../../../convex/_generated/api.js";
import { describeError } from "../../backend/describeError.js";
import { useCall } from "../../backend/useCall.js";
import { CountSlider } from "../../parts/CountSlider.js";
import { Notice } from "../../parts/Notice.js";
import { Progress } from "../../parts/Progress.js";
import type { Author } from "./authors.js";
import { BurstResult } from "./BurstResult.js";
import type { TokenHistory } from "./tokenHistory.js";

/** The most that `burst` sends at once. */
const MOST_CALLS = 50;

/** Sends many messages at once, and shows how many got through. */
export function BurstForm({ author, history }: { author: Author; history: TokenHistory }) {
  const { state, run } = useCall(useAction(api.rateLimiter.burst));
  const [calls, setCalls] = useState(20);
  const isSending = state.phase === "running";

  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (isSending) return;
    const outcome = await run({ author, calls });
    if (outcome.phase !== "done") return;
    const { granted, refused } = outcome.result;
    const refusals = Object.values(refused).reduce((sum, count) => sum + count, 0);
    history.note({ at: outcome.at, granted, refused: refusals });
  };

  return (
    <form className="form" onSubmit={(event) => void send(event)}>
      <CountSlider
        label="Many at once, as a bot would"
        value={calls}
        onChange={setCalls}
        max={MOST_CALLS}
      >
        <button className="button" aria-disabled={isSending}>
          Burst of {calls}
        </button>
      </CountSlider>
      <div className="answer burst-answer" aria-live="polite">
        {state.phase === "idle" && (
          <span className="hint">Every call is a mutation of its own, all started together.</span>
        )}
        {isSending && <Progress label="Sending the burst" />}
        {state.phase === "done" && <BurstResult burst={state.result} at={state.at} />}
        {state.phase === "failed" && <Notice>{describeError(state.error)}</Notice>}
      </div>
    </form>
  );
}
