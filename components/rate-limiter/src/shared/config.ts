import { invalidRateLimit } from "./errors.js";
import {
  SUPPORT,
  type ConcurrencyConfig,
  type Feature,
  type Kind,
  type RateLimitConfig,
  type TokenConfig,
  type ResolvedConfig,
} from "./kinds.js";
import { validateConfig, validateKey } from "./validation.js";
import { periodOf } from "./windows.js";

const DEFAULT_TTL_MS = 60_000;

/**
 * Fills in the defaults: `capacity` is the rate, and fixed windows of a key without `start` begin
 * at an instant derived from its name and key. It is derived and not random, so that a check and
 * the limit after it see the same window.
 *
 * @throws INVALID_RATE_LIMIT for a config or a key that can never work, and for leases.
 */
export function resolveConfig(
  name: string,
  key: string | undefined,
  config: RateLimitConfig,
): ResolvedConfig {
  validateConfig(name, config);
  validateKey(name, key);
  if (config.kind === "concurrency") throw unsupported(name, config.kind, "tokens");
  return withDefaults(config, hash(`${name}\0${key ?? ""}`) % periodOf(config));
}

/** @param start Where windows begin that do not say so themselves. */
export function withDefaults(config: TokenConfig, start: number): ResolvedConfig {
  const shards = "shards" in config ? (config.shards ?? 1) : 1;
  const period = periodOf(config);
  switch (config.kind) {
    case "token bucket":
    case "calendar":
      return { ...config, capacity: config.capacity ?? config.rate, period, shards };
    case "fixed window":
      return {
        ...config,
        capacity: config.capacity ?? config.rate,
        period,
        shards,
        start: config.start ?? start,
      };
    case "sliding window":
      return { ...config, capacity: config.rate, period, shards, start: config.start ?? start };
    case "sliding log":
      return { ...config, capacity: config.rate, period, shards };
  }
}

/**
 * A concurrency limit with its defaults.
 *
 * @throws INVALID_RATE_LIMIT for a config or a key that can never work, and for other kinds.
 */
export function resolveLeases(
  name: string,
  key: string | undefined,
  config: RateLimitConfig,
): Required<Pick<ConcurrencyConfig, "max" | "ttlMs">> {
  validateConfig(name, config);
  validateKey(name, key);
  if (config.kind !== "concurrency") throw unsupported(name, config.kind, "leases");
  return { max: config.max, ttlMs: config.ttlMs ?? DEFAULT_TTL_MS };
}

function unsupported(name: string, kind: Kind, feature: Feature) {
  const able = Object.entries(SUPPORT).flatMap(([other, features]) =>
    features.includes(feature) ? [`"${other}"`] : [],
  );
  return invalidRateLimit(
    name,
    "kind",
    `Rate limit "${name}" is of kind "${kind}", which has no ${feature}. Kinds that do: ${able.join(", ")}.`,
  );
}

/** How far below zero a reservation may go. Kinds that know no debt lend nothing. */
export function mostReserved(config: ResolvedConfig): number {
  if (!SUPPORT[config.kind].includes("debt")) return 0;
  return "maxReserved" in config ? (config.maxReserved ?? Infinity) : Infinity;
}

/** 32-bit FNV-1a (Fowler, Noll and Vo) over UTF-16 code units. */
function hash(text: string): number {
  let result = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    result = Math.imul(result ^ text.charCodeAt(index), 0x01000193);
  return result >>> 0;
}
