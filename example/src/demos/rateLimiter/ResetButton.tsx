import { useMutation } from "convex/react";
import { api } from "../../../convex/_generated/api.js";
import { describeError } from "../../backend/describeError.js";
import { useCall } from "../../backend/useCall.js";
import { Notice } from "../../parts/Notice.js";

/** Clears messages and limits, for everybody who has this page open. */
export function ResetButton() {
  const { state, run } = useCall(useMutation(api.rateLimiter.reset));
  const isResetting = state.phase === "running";
  return (
    <div className="reset">
      <button
        type="button"
        className="button"
        aria-disabled={isResetting}
        onClick={() => void (isResetting || run({}))}
      >
        Reset
      </button>
      <span className="hint" aria-live="polite">
        {isResetting && "Resetting"}
        {state.phase === "done" && "Every limit is full again."}
      </span>
      {state.phase === "failed" && <Notice>{describeError(state.error)}</Notice>}
    </div>
  );
}
