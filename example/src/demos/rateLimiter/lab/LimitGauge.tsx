import type { UseRateLimit } from "@convex-suite/rate-limiter/react";
import { formatTokens } from "../../../parts/formatTokens.js";
import { formatWait } from "../../../parts/formatWait.js";
import { TokenMeter } from "../../../parts/TokenMeter.js";
import { useTick } from "../../../useTick.js";

const TICK_MS = 100;

/** What is left of a limit, by the clock of this machine. */
export function LimitGauge({
  check,
  isBlockable,
}: {
  check: UseRateLimit["check"];
  /** Whether there is a block, in force or over. */
  isBlockable: boolean;
}) {
  const now = check();
  const capacity = now?.config.capacity ?? 0;
  const value = now?.value ?? 0;
  // Asking for nothing, one waits for a block alone.
  const blockedUntil = isBlockable ? check(Date.now(), 0)?.retryAt : undefined;
  useTick(value < capacity || blockedUntil !== undefined ? TICK_MS : null);
  if (now === undefined) return <span className="skeleton" />;
  const left = blockedUntil === undefined ? value : 0;
  return (
    <div className="limit-gauge">
      <p className="limit-left">
        <strong>{formatTokens(left)}</strong> of {capacity} left
      </p>
      <TokenMeter label="Tokens left" value={left} capacity={capacity} />
      <p className="gauge-state" data-empty={left < 1 || undefined}>
        {blockedUntil === undefined
          ? stateText(check, capacity)
          : `Blocked for ${formatWait(blockedUntil - Date.now())}`}
      </p>
    </div>
  );
}

function stateText(check: UseRateLimit["check"], capacity: number): string {
  const wait = (count: number) => {
    const retryAt = check(Date.now(), count)?.retryAt;
    return retryAt === undefined ? null : formatWait(retryAt - Date.now());
  };
  const nextWait = wait(1);
  if (nextWait !== null) return `Next token in ${nextWait}`;
  const fullWait = wait(capacity);
  return fullWait === null ? "Full" : `Full in ${fullWait}`;
}
