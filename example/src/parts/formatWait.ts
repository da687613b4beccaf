const SECOND_MS = 1_000;
const TENTHS_BELOW_MS = 10 * SECOND_MS;

/** A wait for people, rounded up: "0.4 s", "9.9 s", "34 s", "2 min 5 s". */
export function formatWait(waitMs: number): string {
  const left = Math.max(waitMs, 0);
  if (left < TENTHS_BELOW_MS) return `${(Math.ceil(left / 100) / 10).toFixed(1)} s`;
  const seconds = Math.ceil(left / SECOND_MS);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
