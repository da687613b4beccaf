import { useMutation } from "convex/react";
import type { FunctionReference } from "convex/server";
import { describeError } from "../backend/describeError.js";
import { useCall } from "../backend/useCall.js";
import { Notice } from "./Notice.js";

type Reset = FunctionReference<"mutation", "public", Record<string, never>, null>;

/** Starts a page anew, for everybody who has it open. */
export function ResetButton({ mutation, done }: { mutation: Reset; done: string }) {
  const { state, run } = useCall(useMutation(mutation));
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
        {state.phase === "done" && done}
      </span>
      {state.phase === "failed" && <Notice>{describeError(state.error)}</Notice>}
    </div>
  );
}
