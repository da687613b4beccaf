import { useRateLimit, type RateLimitCheck } from "@convex-suite/rate-limiter/react";
import { useId } from "react";
import { api } from "../../../convex/_generated/api.js";
import { TokenMeter } from "../../parts/TokenMeter.js";
import { useTick } from "../../useTick.js";

/** The time to the next window is shown in whole seconds. */
const TICK_MS = 250;
const SECOND_MS = 1_000;

/** The fixed window everybody shares. */
export function SharedWindow() {
  const { check } = useRateLimit(api.rateLimiter.getSharedLimit, {
    getServerTimeMutation: api.rateLimiter.getServerTime,
  });
  useTick(TICK_MS);
  const titleId = useId();
  const now = check();
  return (
    <section className="gauges shared" aria-labelledby={titleId}>
      <h2 id={titleId}>Shared by everybody</h2>
      <div className="gauge" aria-busy={now === undefined}>
        <span className="gauge-name">All authors</span>
        {now === undefined ? (
          <>
            <span className="gauge-count">…</span>
            <span className="skeleton" />
            <span className="gauge-state">Loading</span>
          </>
        ) : (
          <Window {...now} />
        )}
      </div>
    </section>
  );
}

/** For a fixed window, `ts` is the start of the current one. */
function Window({ value, ts, config }: RateLimitCheck) {
  const capacity = config.capacity ?? config.rate;
  const nextS = Math.ceil(Math.max(0, ts + config.period - Date.now()) / SECOND_MS);
  return (
    <>
      <span className="gauge-count">
        {value} of {capacity}
      </span>
      <TokenMeter label="Tokens left for everybody" value={value} capacity={capacity} />
      <span className="gauge-state" data-empty={value < 1 || undefined}>
        Next window in {nextS} s
      </span>
    </>
  );
}
