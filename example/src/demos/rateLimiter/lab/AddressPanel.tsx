import { useConvex } from "convex/react";
import { useCallback } from "react";
import { api } from "../../../../convex/_generated/api.js";
import { describeError } from "../../../backend/describeError.js";
import { useCall, type CallState } from "../../../backend/useCall.js";
import { Panel } from "../../../parts/Panel.js";
import { Progress } from "../../../parts/Progress.js";

/** Passed where there is no address. */
const FALLBACK_KEY = "no address";

/** The key that an address makes, and what becomes of callers who have none. */
export function AddressPanel({ address }: { address: string }) {
  const { state, run } = useCall(useCheckByAddress());
  const isRunning = state.phase === "running";
  const ask = (fallbackKey?: string) => () => void (isRunning || run(fallbackKey));
  return (
    <Panel title="Limits by address" heading="h3" className="address-panel">
      <p>
        The backend sees this page at <code>{address}</code>: that is its key. Of an IPv6 address,
        the /56 that a customer commonly has to themselves.
      </p>
      <p>
        Crons, scheduled functions and queries know no caller. <code>by: "ip"</code> is an error
        there, rather than one limit for strangers by accident.
      </p>
      <div className="limit-buttons">
        <button type="button" className="button" aria-disabled={isRunning} onClick={ask()}>
          Ask in a query
        </button>
        <button
          type="button"
          className="button"
          aria-disabled={isRunning}
          onClick={ask(FALLBACK_KEY)}
        >
          With a fallbackKey
        </button>
      </div>
      <div className="answer" aria-live="polite">
        <Answer state={state} />
      </div>
    </Panel>
  );
}

function useCheckByAddress() {
  const convex = useConvex();
  return useCallback(
    (fallbackKey: string | undefined) =>
      convex.query(api.rateLimiterLab.checkByAddress, { fallbackKey }),
    [convex],
  );
}

function Answer({ state }: { state: CallState<boolean> }) {
  switch (state.phase) {
    case "idle":
      return null;
    case "running":
      return <Progress label="Asking" />;
    case "done":
      return (
        <span>
          <span className={state.result ? "granted" : "refused"}>
            {state.result ? "Would be granted" : "Would be refused"}
          </span>
          , as <code>{FALLBACK_KEY}</code>.
        </span>
      );
    case "failed":
      return (
        <span>
          <span className="refused">Error</span>: {describeError(state.error)}
        </span>
      );
  }
}
