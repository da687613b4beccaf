import { useTick } from "../useTick.js";
import { formatWait } from "./formatWait.js";

const TICK_MS = 100;

/**
 * Counts down to an instant. Screen readers hear the wait once, as it was in the beginning:
 * announcing ten numbers a second would drown everything else.
 */
export function Countdown({ until, from }: { until: number; from: number }) {
  const left = until - Date.now();
  useTick(left > 0 ? TICK_MS : null);
  return (
    <>
      <span aria-hidden="true" className="countdown">
        {left > 0 ? `in ${formatWait(left)}` : "now"}
      </span>
      <span className="visually-hidden">in {formatWait(until - from)}</span>
    </>
  );
}
