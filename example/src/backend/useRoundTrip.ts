import { useConvex } from "convex/react";
import { useEffect, useState } from "react";
import { api } from "../../convex/_generated/api.js";

const EVERY_MS = 5_000;
/** While a page loads, it measures itself. */
const FIRST_AFTER_MS = 1_000;

/**
 * Milliseconds to the backend and back, measured with a mutation that touches no document; null
 * until known. A query would be answered from the cache. Nothing is sent while nobody looks.
 */
export function useRoundTrip(isConnected: boolean): number | null {
  const convex = useConvex();
  const [roundTripMs, setRoundTripMs] = useState<number | null>(null);
  useEffect(() => {
    if (!isConnected) return;
    let mounted = true;
    const measure = () => {
      if (document.hidden) return;
      const sentAt = performance.now();
      convex.mutation(api.rateLimiter.getServerTime, {}).then(
        () => mounted && setRoundTripMs(performance.now() - sentAt),
        // A failing backend shows itself elsewhere: a missing number is no news.
        () => mounted && setRoundTripMs(null),
      );
    };
    const first = setTimeout(measure, FIRST_AFTER_MS);
    const timer = setInterval(measure, EVERY_MS);
    return () => {
      mounted = false;
      clearTimeout(first);
      clearInterval(timer);
    };
  }, [convex, isConnected]);
  return isConnected ? roundTripMs : null;
}
