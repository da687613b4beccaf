import { useMutation, useQuery } from "convex/react";
import { useCallback, useState } from "react";
import { api } from "../../../convex/_generated/api.js";
import { describeError } from "../../backend/describeError.js";
import { useCall } from "../../backend/useCall.js";
import { formatCount } from "../../parts/formatCount.js";
import { Notice } from "../../parts/Notice.js";
import { Panel } from "../../parts/Panel.js";

const AMOUNT = 25;
const TIMES = 3;
const SHOWN = 6;

interface Delivery {
  eventId: string;
  isCounted: boolean;
}

/** A payment that its provider tells of more than once. */
export function PaymentPanel() {
  const total = useQuery(api.shardedCounter.payments);
  const [deliveries, setDeliveries] = useState<Delivery[]>([]);
  const deliver = useDeliver((delivery) => setDeliveries((before) => [delivery, ...before]));
  const { state, run } = useCall(deliver);
  const isDelivering = state.phase === "running";
  const last = deliveries[0]?.eventId;
  return (
    <Panel
      title="Once, however often it is told"
      heading="h3"
      aside={total === undefined ? "Loading" : `${formatCount(total)} paid`}
      className="payment-panel"
    >
      <div className="action-row">
        <button
          type="button"
          className="button"
          aria-disabled={isDelivering}
          onClick={() => void (isDelivering || run({ eventId: newEventId(), times: TIMES }))}
        >
          Pay {AMOUNT}, told {TIMES} times
        </button>
        {last !== undefined && (
          <button
            type="button"
            className="button"
            aria-disabled={isDelivering}
            onClick={() => void (isDelivering || run({ eventId: last, times: 1 }))}
          >
            Tell of it again
          </button>
        )}
      </div>
      <DeliveryList deliveries={deliveries} />
      {state.phase === "failed" && <Notice>{describeError(state.error)}</Notice>}
    </Panel>
  );
}

/** Calls the webhook so many times at once. */
function useDeliver(onAnswer: (delivery: Delivery) => void) {
  const webhook = useMutation(api.shardedCounter.webhook);
  return useCallback(
    async ({ eventId, times }: { eventId: string; times: number }) => {
      const told = { eventId, amount: AMOUNT };
      await Promise.all(
        Array.from({ length: times }, async () =>
          onAnswer({ eventId, isCounted: await webhook(told) }),
        ),
      );
    },
    [webhook, onAnswer],
  );
}

function DeliveryList({ deliveries }: { deliveries: Delivery[] }) {
  if (deliveries.length === 0)
    return (
      <p className="empty">
        Nothing told yet. A webhook comes again when its answer is lost; its key counts for a day.
      </p>
    );
  return (
    <ol className="deliveries" aria-label="Deliveries, newest first" aria-live="polite">
      {deliveries.slice(0, SHOWN).map(({ eventId, isCounted }, index) => (
        // Newest first, so that a delivery keeps its key by its distance from the end.
        <li key={deliveries.length - index}>
          <code>{eventId}</code>
          <span className={isCounted ? "granted" : "hint"}>
            {isCounted ? `counted, ${AMOUNT}` : "known already"}
          </span>
        </li>
      ))}
    </ol>
  );
}

function newEventId(): string {
  return `evt_${Math.random().toString(36).slice(2, 10)}`;
}
