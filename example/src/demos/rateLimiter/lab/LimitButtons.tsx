import { useMutation } from "convex/react";
import { useCallback } from "react";
import { api } from "../../../../convex/_generated/api.js";
import { describeError } from "../../../backend/describeError.js";
import { useCall } from "../../../backend/useCall.js";
import { Notice } from "../../../parts/Notice.js";
import type { Limit } from "./TokenBench.js";

type Operation = "block" | "unblock" | "reset";

const BUTTONS: Record<Operation, { title: string; name?: string; done: string }> = {
  block: { title: "Block for 10 s", done: "Blocked: nothing is granted, whatever is left." },
  unblock: { title: "Unblock", done: "Not blocked: what was used stays used." },
  // There is another reset, of the whole page.
  reset: { title: "Reset", name: "Reset this limit", done: "As if it had never been used." },
};

/** What an operator does to a limit. */
export function LimitButtons({ limit }: { limit: Limit }) {
  const { state, run } = useCall(useOperate(limit));
  const isRunning = state.phase === "running";
  return (
    <div className="limit-buttons">
      {(Object.keys(BUTTONS) as Operation[]).map((operation) => (
        <button
          key={operation}
          type="button"
          className="button"
          aria-label={BUTTONS[operation].name}
          aria-disabled={isRunning}
          onClick={() => void (isRunning || run(operation))}
        >
          {BUTTONS[operation].title}
        </button>
      ))}
      <p className="hint" aria-live="polite">
        {state.phase === "done" && BUTTONS[state.result].done}
      </p>
      {state.phase === "failed" && <Notice>{describeError(state.error)}</Notice>}
    </div>
  );
}

/** Resolves to what was done. */
function useOperate({ name, whose }: Limit) {
  const block = useMutation(api.rateLimiterLab.block);
  const unblock = useMutation(api.rateLimiterLab.unblock);
  const reset = useMutation(api.rateLimiterLab.reset);
  return useCallback(
    async (operation: Operation) => {
      await { block, unblock, reset }[operation]({ name, whose });
      return operation;
    },
    [block, unblock, reset, name, whose],
  );
}
