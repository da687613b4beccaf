import { useConvex, useQuery, type ConvexReactClient } from "convex/react";
import type { FunctionReference } from "convex/server";
import { useCallback, useEffect, useMemo, useReducer, useState } from "react";
import type { HookArgs } from "../client/hookAPI.js";
import { calculateRateLimit } from "../shared/calculate.js";
import { withDefaults } from "../shared/config.js";
import { invalidRateLimit } from "../shared/errors.js";
import type { RateLimitConfig, ResolvedConfig } from "../shared/kinds.js";
import type { GetValueReturns } from "../shared/validators.js";

/** `getRateLimit` of `hookAPI`, as exported by the app. */
export type GetRateLimitValueQuery = FunctionReference<
  "query",
  "public",
  HookArgs,
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
  /** Another limit's name; ignored by the server unless `hookAPI` has `allowClientName`. */
  name?: string;
  /** Another config; ignored by the server unless `hookAPI` has `allowClientConfig`. */
  config?: RateLimitConfig;
  /** Accepted for the official package's callers; all shards are read. */
  sampleShards?: number;
  /** Tokens the caller is about to ask for. @default 1 */
  count?: number;
  /**
   * Corrects for a wrong clock on this machine, with one mutation per Convex client however many
   * components ask, and another after a failure. @default no correction
   */
  getServerTimeMutation?: GetServerTimeMutation;
  /**
   * Puts the status and its `retryAt` off by a random part of up to this ratio of the wait, so that
   * not everybody who waits for a shared limit comes back at once; 0 or more. `check` knows nothing
   * of it. @default 0
   */
  jitterRatio?: number;
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
  config: ResolvedConfig;
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

/**
 * Follows a rate limit live. The subscription re-runs when tokens are consumed; refills are
 * computed here, and the component renders again at the instant the answer changes.
 *
 * ```tsx
 * const { status } = useRateLimit(api.messages.getRateLimit);
 * <button disabled={status?.ok === false}>Send</button>
 * ```
 *
 * @throws INVALID_RATE_LIMIT with the field `jitterRatio`, and what the query throws.
 */
export function useRateLimit(
  getRateLimitQuery: GetRateLimitValueQuery,
  options: UseRateLimitOptions = {},
): UseRateLimit {
  const { name, key, config, sampleShards, count = 1, getServerTimeMutation } = options;
  const data = useQuery(getRateLimitQuery, { name, key, config, sampleShards });
  const offsetMs = useServerTimeOffset(getServerTimeMutation);
  const check = useCallback(
    (ts = Date.now(), count = 0) => data && checkAt(data, { ts, count, offsetMs }),
    [data, offsetMs],
  );
  const fitsAt = data && firstFit(data, { ts: Date.now(), count, offsetMs });
  const subject = JSON.stringify([name, key, config, count]);
  const retryAt = usePutOff(fitsAt, { subject, ratio: options.jitterRatio });
  useRenderAt(retryAt);
  const isLoading = data === undefined;
  const status = useMemo((): RateLimitStatus | undefined => {
    if (isLoading) return undefined;
    return retryAt === undefined ? { ok: true, retryAt } : { ok: false, retryAt };
  }, [isLoading, retryAt]);
  return { status, check };
}

/** A request at an instant of this machine's clock, and what to add to it to get the server's. */
interface LocalRequest {
  ts: number;
  count: number;
  offsetMs: number;
}

/** When the request fits: undefined for now, Infinity for never. */
function firstFit(data: GetValueReturns, request: LocalRequest): number | undefined {
  const { capacity } = withDefaults(data.config, 0);
  return request.count <= capacity ? checkAt(data, request).retryAt : Infinity;
}

function checkAt(data: GetValueReturns, { ts, count, offsetMs }: LocalRequest): RateLimitCheck {
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

/** One measurement per client. Weak, so that a client that is closed and dropped is freed. */
const measurements = new WeakMap<ConvexReactClient, Measurement>();

interface Measurement {
  promise: Promise<number>;
  /** Known once measured, so that whoever mounts later is right from the first render. */
  offsetMs?: number;
}

/** Milliseconds to add to this machine's clock to get the server's. */
function useServerTimeOffset(mutation: GetServerTimeMutation | undefined): number {
  const convex = useConvex();
  const isEnabled = mutation !== undefined;
  const [offsetMs, setOffsetMs] = useState(() => measurements.get(convex)?.offsetMs ?? 0);
  useEffect(() => {
    if (!mutation) return;
    let isMounted = true;
    offsetOf(convex, mutation).then(
      (measuredMs) => {
        if (isMounted) setOffsetMs(measuredMs);
      },
      // Without the server's time the limit is still right to within this machine's clock.
      () => undefined,
    );
    return () => {
      isMounted = false;
    };
    // A function reference is a new object at every access, so its presence stands for it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [convex, isEnabled]);
  return isEnabled ? offsetMs : 0;
}

/**
 * The server may have read its clock at any point of the round trip, so that the offset is wrong by
 * up to half of it. A longer one, as of a mutation sent while offline, is not kept for others.
 */
const MAX_ROUND_TRIP_MS = 5000;

function offsetOf(convex: ConvexReactClient, mutation: GetServerTimeMutation): Promise<number> {
  const known = measurements.get(convex);
  if (known) return known.promise;
  const sentAt = Date.now();
  const measurement: Measurement = {
    promise: convex.mutation(mutation, {}).then(
      (serverTime) => {
        const roundTripMs = Date.now() - sentAt;
        if (roundTripMs > MAX_ROUND_TRIP_MS) measurements.delete(convex);
        measurement.offsetMs = Math.round(serverTime - sentAt - roundTripMs / 2);
        return measurement.offsetMs;
      },
      (error: unknown) => {
        measurements.delete(convex);
        throw error;
      },
    ),
  };
  measurements.set(convex, measurement);
  return measurement.promise;
}

/**
 * When to retry: `fitsAt`, put off by a random part of the wait.
 *
 * @param subject Whose wait it is: another limit, key or count does not inherit it.
 */
function usePutOff(
  fitsAt: number | undefined,
  { subject, ratio = 0 }: { subject: string; ratio: number | undefined },
): number | undefined {
  if (!(ratio >= 0 && ratio < Infinity))
    throw invalidRateLimit(
      "useRateLimit",
      "jitterRatio",
      `useRateLimit got jitterRatio ${ratio}: it must be a finite number, 0 or more.`,
    );
  const [last, setLast] = useState<PutOff>();
  const next = ratio === 0 ? undefined : putOff(last, { subject, fitsAt, ratio });
  if (next !== last) setLast(next);
  return next ? next.retryAt : fitsAt;
}

/** A wait that is longer than it has to be. */
interface PutOff {
  subject: string;
  fitsAt: number;
  retryAt: number;
}

/** Draws once per instant, so that it does not move from render to render. */
function putOff(
  last: PutOff | undefined,
  { subject, fitsAt, ratio }: { subject: string; fitsAt: number | undefined; ratio: number },
): PutOff | undefined {
  const now = Date.now();
  const mine = last?.subject === subject ? last : undefined;
  // It would fit. Before the instant waited for, it is because the limit was reset.
  if (fitsAt === undefined)
    return mine && mine.fitsAt <= now && now < mine.retryAt ? mine : undefined;
  if (fitsAt === mine?.fitsAt) return mine;
  if (fitsAt === Infinity) return undefined;
  return { subject, fitsAt, retryAt: fitsAt + Math.floor(Math.random() * ratio * (fitsAt - now)) };
}

/** The longest delay a timer can have: longer ones fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Renders again at an instant, or at the longest possible delay on the way there. */
function useRenderAt(at: number | undefined): void {
  const [renders, render] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (at === undefined || at === Infinity) return;
    const timer = setTimeout(render, Math.min(Math.max(at - Date.now(), 1), MAX_TIMER_MS));
    return () => clearTimeout(timer);
  }, [at, renders]);
}
