import { useMutation } from "convex/react";
import { useCallback } from "react";
import { api } from "../../../convex/_generated/api.js";
import { describeError } from "../../backend/describeError.js";
import { useCall } from "../../backend/useCall.js";
import { Notice } from "../../parts/Notice.js";

type Operation = "return" | "restock";

/** What fills the stock again: within its upper bound, too. */
export function StockButtons() {
  const buy = useMutation(api.shardedCounter.buy);
  const restock = useMutation(api.shardedCounterLab.restock);
  const operate = useCallback(
    async (operation: Operation) => {
      if (operation === "return")
        return (await buy({ tickets: -1 })) ? "One is back." : "Refused: all tickets are here.";
      await restock({});
      return "Full again.";
    },
    [buy, restock],
  );
  const { state, run } = useCall(operate);
  const button = (operation: Operation, title: string) => (
    <button
      type="button"
      className="button"
      aria-disabled={state.phase === "running"}
      onClick={() => void (state.phase === "running" || run(operation))}
    >
      {title}
    </button>
  );
  return (
    <div className="action-row">
      {button("return", "Give one back")}
      {button("restock", "Restock")}
      <p className="hint" aria-live="polite">
        {state.phase === "done" && state.result}
      </p>
      {state.phase === "failed" && <Notice>{describeError(state.error)}</Notice>}
    </div>
  );
}
