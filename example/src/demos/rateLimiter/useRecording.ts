import type { UseRateLimit } from "@convex-suite/rate-limiter/react";
import { useQuery } from "convex/react";
import { useEffect } from "react";
import { api } from "../../../convex/_generated/api.js";
import type { Author } from "./authors.js";
import type { TokenHistory } from "./tokenHistory.js";

/** Records every change of an author's bucket. */
export function useRecording(
  author: Author,
  check: UseRateLimit["check"],
  history: TokenHistory,
): void {
  // The subscription of useRateLimit once more, which costs nothing: for the time of the change.
  const changedAt = useQuery(api.rateLimiter.getAuthorLimit, { key: author })?.ts;
  useEffect(() => {
    const capacity = check()?.config.capacity;
    if (changedAt === undefined || capacity === undefined) return;
    // What the page finds has held since the last change, so the chart begins with a past.
    const since = history.capacity === null ? changedAt : Date.now();
    history.follow(since, { capacity, tokensAt: (at) => check(at)?.value ?? 0 });
  }, [check, changedAt, history]);
}
