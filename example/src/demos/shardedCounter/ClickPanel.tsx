import { optimisticAdd, useCount } from "@convex-suite/sharded-counter/react";
import { useMutation } from "convex/react";
import { useState } from "react";
import { api } from "../../../convex/_generated/api.js";
import { describeError } from "../../backend/describeError.js";
import { useCall } from "../../backend/useCall.js";
import { formatCount } from "../../parts/formatCount.js";
import { Notice } from "../../parts/Notice.js";
import { Panel } from "../../parts/Panel.js";

/** One number that all tabs share, to the last click. */
export function ClickPanel() {
  const count = useCount(api.shardedCounter.getCount);
  const click = useMutation(api.shardedCounter.click).withOptimisticUpdate(
    optimisticAdd(api.shardedCounter.getCount, 1),
  );
  const { state, run } = useCall(click);
  const [waiting, setWaiting] = useState(0);

  const send = async () => {
    setWaiting((before) => before + 1);
    await run({});
    setWaiting((before) => before - 1);
  };

  return (
    <Panel title="Clicks" aside="from all tabs" className="click-panel">
      {count === undefined ? (
        <span className="skeleton total-skeleton" />
      ) : (
        <p className="total">{formatCount(count)}</p>
      )}
      <button type="button" className="button primary" onClick={() => void send()}>
        Click
      </button>
      <p className="hint">
        {waiting === 0
          ? "You see your click before the server has answered. Open a second tab and click there."
          : `${waiting} on the way, and shown already.`}
      </p>
      {state.phase === "failed" && <Notice>{describeError(state.error)}</Notice>}
    </Panel>
  );
}
