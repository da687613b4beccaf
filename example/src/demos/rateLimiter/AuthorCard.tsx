import { useRateLimit } from "@convex-suite/rate-limiter/react";
import { useQuery } from "convex/react";
import { api } from "../../../convex/_generated/api.js";
import { formatTokens } from "../../parts/formatTokens.js";
import { formatWait } from "../../parts/formatWait.js";
import { TokenMeter } from "../../parts/TokenMeter.js";
import { useTick } from "../../useTick.js";
import type { Author } from "./authors.js";
import type { TokenHistory } from "./tokenHistory.js";
import { useRecording } from "./useRecording.js";

const TICK_MS = 100;

/** One author's bucket, refilling; choosing it makes this author the sender. */
export function AuthorCard({
  author,
  isChosen,
  onChoose,
  history,
}: {
  author: Author;
  isChosen: boolean;
  onChoose: (author: Author) => void;
  /** Gets every change of the bucket. */
  history: TokenHistory;
}) {
  const { check } = useRateLimit(api.rateLimiter.getAuthorLimit, {
    key: author,
    getServerTimeMutation: api.rateLimiter.getServerTime,
  });
  const now = check();
  const capacity = now?.config.capacity ?? 0;
  const value = now?.value ?? 0;
  useTick(value < capacity ? TICK_MS : null);
  // The subscription of useRateLimit once more, which costs nothing.
  useRecording(useQuery(api.rateLimiter.getAuthorLimit, { key: author }), check, history);

  const nextWait = waitOf(check(Date.now(), 1)?.retryAt);
  const fullWait = waitOf(check(Date.now(), capacity)?.retryAt);
  return (
    <label
      className="gauge author"
      data-chosen={isChosen || undefined}
      aria-busy={now === undefined}
    >
      <input
        type="radio"
        name="author"
        aria-label={author}
        checked={isChosen}
        onChange={() => onChoose(author)}
      />
      <span className="gauge-name">{author}</span>
      <span className="gauge-count">
        {now === undefined ? "…" : `${formatTokens(value)} of ${capacity}`}
      </span>
      {now === undefined ? (
        <span className="skeleton" />
      ) : (
        <TokenMeter label={`${author}’s tokens`} value={value} capacity={capacity} />
      )}
      <span className="gauge-state" data-empty={nextWait !== null || undefined}>
        {stateText({ isLoading: now === undefined, nextWait, fullWait })}
      </span>
    </label>
  );
}

function stateText({
  isLoading,
  nextWait,
  fullWait,
}: {
  isLoading: boolean;
  nextWait: string | null;
  fullWait: string | null;
}): string {
  if (isLoading) return "Loading";
  if (nextWait !== null) return `Next token in ${nextWait}`;
  return fullWait === null ? "Full" : `Full in ${fullWait}`;
}

function waitOf(retryAt: number | undefined): string | null {
  return retryAt === undefined ? null : formatWait(retryAt - Date.now());
}
