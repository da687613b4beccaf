import type { FunctionReturnType } from "convex/server";
import type { api } from "../../../../convex/_generated/api.js";
import { Countdown } from "../../../parts/Countdown.js";

type Burst = FunctionReturnType<typeof api.rateLimiterLab.burst>;

/** How many calls were granted, how many refused, and what is left. */
export function LimitAnswer({ burst, at }: { burst: Burst; at: number }) {
  const { key, granted, refused, failed, remaining, retryAfter } = burst;
  return (
    <div className="burst">
      <div className="burst-bar" aria-hidden="true">
        {granted > 0 && <span data-answer="granted" style={{ flexGrow: granted }} />}
        {refused + failed > 0 && (
          <span data-answer="refused" style={{ flexGrow: refused + failed }} />
        )}
      </div>
      <p>
        <span className="granted">{granted} granted</span>,{" "}
        <span className={refused > 0 ? "refused" : undefined}>{refused} refused</span>, {remaining}{" "}
        left for <code>{key}</code>.
        {retryAfter !== null && (
          <>
            {" "}
            Retry <Countdown from={at} until={at + retryAfter} />.
          </>
        )}
      </p>
      {failed > 0 && (
        <p>
          {failed} gave up after too many conflicts on one document: that is what shards and the
          concurrent mode are for.
        </p>
      )}
    </div>
  );
}
