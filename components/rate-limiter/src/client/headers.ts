import type { RateLimitStatus } from "../shared/validators.js";

export interface RateLimitHeadersOptions {
  /** The instant of the response, in milliseconds of UTC. @default Date.now() */
  now?: number;
  /**
   * Adds `X-RateLimit-Limit`, `X-RateLimit-Remaining` and `X-RateLimit-Reset` for clients that know
   * no others. They have room for one limit: the most restrictive. Reset is in seconds of UTC since
   * 1970, as GitHub sends it. @default false
   */
  legacy?: boolean;
}

/**
 * The response headers that tell an HTTP client where it stands, as of
 * draft-ietf-httpapi-ratelimit-headers-11: `RateLimit-Policy` (`q` tokens per `w` seconds) and
 * `RateLimit` (`r` tokens left, `t` seconds until the request is granted if it was refused, else
 * until all of the limit is available), with one item per status. `Retry-After` comes with a
 * refusal: the seconds until the last of the refused limits grants, and none if one never does.
 *
 * Keys are private, so the draft's partition key `pk` is left out: two statuses of one limit for
 * different keys are two items of the same name. In names, what a Structured Field string cannot
 * hold (all but printable ASCII) is percent-encoded as UTF-8.
 *
 * ```ts
 * const status = await rateLimiter.consume(ctx, "api", { key });
 * return new Response(null, { status: status.ok ? 200 : 429, headers: rateLimitHeaders(status) });
 * ```
 *
 * @param status What `consume` or `peek` returned, or the `results` of `limitAll`.
 * @returns Headers by name; none for no statuses.
 */
export function rateLimitHeaders(
  status: RateLimitStatus | readonly RateLimitStatus[],
  { now = Date.now(), legacy = false }: RateLimitHeadersOptions = {},
): Record<string, string> {
  const statuses = [status].flat();
  const [worst] = [...statuses].sort(byRestriction);
  if (worst === undefined) return {};
  const headers: Record<string, string> = {
    "RateLimit-Policy": list(statuses.map(policyItem)),
    RateLimit: list(statuses.map((status) => limitItem(status, now))),
  };
  if (!worst.ok && Number.isFinite(waitMs(worst))) headers["Retry-After"] = seconds(waitMs(worst));
  return legacy ? { ...headers, ...legacyHeaders(worst) } : headers;
}

/** The longest wait first, then the fewest tokens left. */
function byRestriction(a: RateLimitStatus, b: RateLimitStatus): number {
  // Two endless waits differ by NaN, which is as falsy as no difference.
  return waitMs(b) - waitMs(a) || a.remaining - b.remaining;
}

/** Milliseconds to wait after a refusal: Infinity if it is for good, and -1 if there was none. */
function waitMs({ ok, retryAfter = Infinity }: RateLimitStatus): number {
  return ok ? -1 : retryAfter;
}

function policyItem({ name, limit, window }: RateLimitStatus): string {
  // The draft has no zero or endless window, and allows to send none.
  const hasWindow = window > 0 && Number.isFinite(window);
  return `${sfString(name)};q=${sfInteger(limit)}${hasWindow ? `;w=${seconds(window)}` : ""}`;
}

function limitItem(status: RateLimitStatus, now: number): string {
  const { ok, name, remaining, retryAfter, resetAt } = status;
  const effectiveMs = ok || retryAfter === undefined ? resetAt - now : retryAfter;
  const window = Number.isFinite(effectiveMs) ? `;t=${seconds(effectiveMs)}` : "";
  return `${sfString(name)};r=${sfInteger(remaining)}${window}`;
}

function legacyHeaders({ limit, remaining, resetAt }: RateLimitStatus): Record<string, string> {
  return {
    "X-RateLimit-Limit": sfInteger(limit),
    "X-RateLimit-Remaining": sfInteger(remaining),
    ...(Number.isFinite(resetAt) ? { "X-RateLimit-Reset": seconds(resetAt) } : {}),
  };
}

/** A Structured Field list; what two statuses have in common is said once. */
function list(items: string[]): string {
  return [...new Set(items)].join(", ");
}

/** Rounded up: a client that waits that long is not early. */
function seconds(ms: number): string {
  return sfInteger(Math.ceil(ms / 1000));
}

/** The largest integer that a Structured Field holds: 15 digits. */
const SF_MAX = 999_999_999_999_999;

function sfInteger(value: number): string {
  return String(Math.floor(Math.min(Math.max(value, 0), SF_MAX)));
}

/** A Structured Field string (RFC 9651): printable ASCII, with quotes and backslashes escaped. */
function sfString(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text), (byte) =>
    byte >= 0x20 && byte <= 0x7e
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`,
  );
  return `"${bytes.join("").replace(/["\\]/g, "\\$&")}"`;
}
