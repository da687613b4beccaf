import type { GetValueReturns } from "@convex-suite/rate-limiter";
import type { UseRateLimit } from "@convex-suite/rate-limiter/react";
import { useEffect } from "react";
import type { TokenHistory } from "./tokenHistory.js";

/**
 * Records every change of a limit.
 *
 * @param stored What the subscription of `useRateLimit` has, to know when it changes.
 */
export function useRecording(
  stored: GetValueReturns | undefined,
  check: UseRateLimit["check"],
  history: TokenHistory,
): void {
  useEffect(() => {
    const capacity = check()?.config.capacity;
    if (stored === undefined || capacity === undefined) return;
    // What the page finds has held since the last change, so the chart begins with a past.
    const isFirst = history.capacity === null;
    const since = isFirst && isChange(stored) ? stored.ts : Date.now();
    // Asking for nothing, one waits for a block alone.
    const blockedUntil = stored.block ? (check(Date.now(), 0)?.retryAt ?? 0) : 0;
    history.follow(since, {
      capacity,
      tokensAt: (at) => (at < blockedUntil ? 0 : (check(at)?.value ?? 0)),
    });
  }, [check, stored, history]);
}

/** Whether `ts` is when the limit last changed, or never did; for windows, it is their start. */
function isChange({ ts, block, config }: GetValueReturns): boolean {
  return block === undefined && (ts === 0 || config.kind === "token bucket");
}
