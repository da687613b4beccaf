import type { FunctionReturnType } from "convex/server";
import type { CSSProperties } from "react";
import type { api } from "../../../convex/_generated/api.js";
import { Countdown } from "../../parts/Countdown.js";
import { describeLimit } from "./limits.js";

type Burst = FunctionReturnType<typeof api.rateLimiter.burst>;

/** How many calls of a burst were granted, how many refused and by which limit. */
export function BurstResult({ burst, at }: { burst: Burst; at: number }) {
  const { granted, refused, retryAfter } = burst;
  const refusals = Object.entries(refused);
  return (
    <div className="burst">
      <div className="burst-bar" aria-hidden="true">
        {granted > 0 && <span data-answer="granted" style={share(granted)} />}
        {refusals.map(([name, count]) => (
          <span key={name} data-answer="refused" style={share(count)} />
        ))}
      </div>
      <p>
        <span className="granted">{granted} granted</span>
        {refusals.map(([name, count]) => (
          <span key={name}>
            , <span className="refused">{count} refused</span> by {describeLimit(name)}
          </span>
        ))}
        .
        {retryAfter !== null && (
          <>
            {" "}
            Retry <Countdown from={at} until={at + retryAfter} />.
          </>
        )}
      </p>
    </div>
  );
}

function share(count: number): CSSProperties {
  return { flexGrow: count };
}
