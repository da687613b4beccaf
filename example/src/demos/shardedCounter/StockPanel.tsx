import { useAction, useQuery } from "convex/react";
import { useState, type FormEvent } from "react";
import { api } from "../../../convex/_generated/api.js";
import { describeError } from "../../backend/describeError.js";
import { useCall } from "../../backend/useCall.js";
import { CountSlider } from "../../parts/CountSlider.js";
import { Notice } from "../../parts/Notice.js";
import { Panel } from "../../parts/Panel.js";
import { Progress } from "../../parts/Progress.js";
import { TokenMeter } from "../../parts/TokenMeter.js";
import { StockButtons } from "./StockButtons.js";

const TICKETS = 20;
const MOST_BUYERS = 50;

/** Twenty tickets and more buyers than that. */
export function StockPanel() {
  const left = useQuery(api.shardedCounter.ticketsLeft);
  return (
    <Panel
      title="Stock that is never oversold"
      heading="h3"
      aside={left === undefined ? "Loading" : `${left} of ${TICKETS} left`}
      className="stock-panel"
    >
      {left === undefined ? (
        <span className="skeleton" />
      ) : (
        <TokenMeter label="Tickets left" value={left} capacity={TICKETS} />
      )}
      <Rush />
      <StockButtons />
    </Panel>
  );
}

function Rush() {
  const { state, run } = useCall(useAction(api.shardedCounterLab.rush));
  const [buyers, setBuyers] = useState(30);
  const isBuying = state.phase === "running";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isBuying) void run({ buyers });
  };
  return (
    <form className="form" onSubmit={submit}>
      <CountSlider
        label="Buyers at once, a ticket each"
        value={buyers}
        onChange={setBuyers}
        max={MOST_BUYERS}
      >
        <button className="button" aria-disabled={isBuying}>
          {buyers === 1 ? "1 buyer" : `${buyers} buyers`}
        </button>
      </CountSlider>
      <div className="answer" aria-live="polite">
        {state.phase === "idle" && (
          <span className="hint">
            Four rows hold five tickets each. A buyer who finds a row empty looks at the others.
          </span>
        )}
        {isBuying && <Progress label="Buying" />}
        {state.phase === "done" && <Sales {...state.result} />}
        {state.phase === "failed" && <Notice>{describeError(state.error)}</Notice>}
      </div>
    </form>
  );
}

function Sales({ sold, refused }: { sold: number; refused: number }) {
  return (
    <div className="burst">
      <div className="burst-bar" aria-hidden="true">
        {sold > 0 && <span data-answer="granted" style={{ flexGrow: sold }} />}
        {refused > 0 && <span data-answer="refused" style={{ flexGrow: refused }} />}
      </div>
      <p>
        <span className="granted">{sold} sold</span>,{" "}
        <span className="refused">{refused} refused</span>.
      </p>
    </div>
  );
}
