import { useConvex, useQuery } from "convex/react";
import type { FunctionReference } from "convex/server";
import { useCallback, useEffect, useMemo, useReducer, useState } from "react";
import { calculateRateLimit } from "../shared/calculate.js";
import type { GetValueReturns, RateLimitConfig } from "../shared/validators.js";

/** `getRateLimit` of `hookAPI`, as exported by the app. */
export type GetRateLimitValueQuery = FunctionReference<
  "query",
  "public",
  { key?: string },
  GetValueReturns
>;

/** `getServerTime` of `hookAPI`, as exported by the app. */
export type GetServerTimeMutation = FunctionReference<
  "mutation",
  "public",
  Record<string, never>,
  number
>;

export interface UseRateLimitOptions {
  /** Sent to the server, where the `key` function of `hookAPI` accepts or ignores it. */
  key?: string;
  /** Tokens the caller is about to ask for. @default 1 */
  count?: number;
  /** Corrects for a wrong clock on this machine, with one mutation per mount. @default no correction */
  getServerTimeMutation?: GetServerTimeMutation;
}

/**
 * What a request for `count` tokens would be answered. `retryAt` is in milliseconds by this machine's
 * clock, and Infinity for a count that the limit can never grant, which the server refuses with
 * INVALID_RATE_LIMIT.
 */
export type RateLimitStatus = { ok: true; retryAt: undefined } | { ok: false; retryAt: number };

/** The limit at one instant, by this machine's clock. */
export interface RateLimitCheck {
  /** Tokens left after taking `count`; below zero when they do not fit. */
  value: number;
  /** The instant `value` speaks of, in milliseconds. */
  ts: number;
  config: RateLimitConfig;
  shard: number;
  ok: boolean;
  /** When what would be owed is worked off, in milliseconds; undefined if nothing would be. */
  retryAt: number | undefined;
}

export interface UseRateLimit {
  /** Undefined while loading. */
  status: RateLimitStatus | undefined;
  /**
   * The limit at an instant, without a round trip; undefined while loading.
   *
   * @param ts Milliseconds by this machine's clock. @default Date.now()
   * @param count Tokens to take. @default 0
   */
  check: (ts?: number, count?: number) => RateLimitCheck | undefined;
}

/** The longest delay a timer can have: longer ones fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Follows a rate limit live. The subscription re-runs when tokens are consumed; refills are
 * computed here, and the component renders again at the instant the answer changes.
 *
 * ```tsx
 * const { status } = useRateLimit(api.messages.getRateLimit);
 * <button disabled={status?.ok === false}>Send</button>
 * ```
 */
export function useRateLimit(
  getRateLimitQuery: GetRateLimitValueQuery,
  options: UseRateLimitOptions = {},
): UseRateLimit {
  const { key, count = 1, getServerTimeMutation } = options;
  const data = useQuery(getRateLimitQuery, key === undefined ? {} : { key });
  const offsetMs = useServerTimeOffset(getServerTimeMutation);
  const check = useCallback(
    (ts = Date.now(), count = 0) => data && checkAt(data, { ts, count, offsetMs }),
    [data, offsetMs],
  );
  const current = check(Date.now(), count);
  const ok = current?.ok;
  const isPossible = count <= (data?.config.capacity ?? count);
  const retryAt = isPossible ? current?.retryAt : Infinity;
  useRenderAt(retryAt);
  const status = useMemo((): RateLimitStatus | undefined => {
    if (ok === undefined) return undefined;
    return retryAt === undefined ? { ok: true, retryAt } : { ok: false, retryAt };
  }, [ok, retryAt]);
  return { status, check };
}

function checkAt(
  data: GetValueReturns,
  { ts, count, offsetMs }: { ts: number; count: number; offsetMs: number },
): RateLimitCheck {
  const { config, shard } = data;
  const result = calculateRateLimit(data, config, { count, now: ts + offsetMs });
  const { retryAfter } = result;
  return {
    value: result.value,
    ts: result.ts - offsetMs,
    config,
    shard,
    ok: retryAfter === undefined,
    retryAt: retryAfter === undefined ? undefined : ts + retryAfter,
  };
}

/** Milliseconds to add to this machine's clock to get the server's. */
function useServerTimeOffset(mutation: GetServerTimeMutation | undefined): number {
  const convex = useConvex();
  const [offsetMs, setOffsetMs] = useState(0);
  const enabled = mutation !== undefined;
  useEffect(() => {
    if (!mutation) return;
    let mounted = true;
    const sentAt = Date.now();
    convex.mutation(mutation, {}).then(
      (serverTime) => {
        const latencyMs = Date.now() - sentAt;
        if (mounted) setOffsetMs(Math.round(serverTime - sentAt - latencyMs / 2));
      },
      // Without the server's time the limit is still right to within this machine's clock.
      () => undefined,
    );
    return () => {
      mounted = false;
    };
    // A function reference is a new object at every access, so its presence stands for it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [convex, enabled]);
  return offsetMs;
}

/** Renders again at an instant, or at the longest possible delay on the way there. */
function useRenderAt(at: number | undefined): void {
  const [renders, render] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (at === undefined || at === Infinity) return;
    const timer = setTimeout(render, Math.min(Math.max(at - Date.now(), 1), MAX_TIMER_MS));
    return () => clearTimeout(timer);
  }, [at, renders]);
}
