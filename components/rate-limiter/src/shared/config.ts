import { invalidRateLimit } from "./errors.js";
import type { RateLimitConfig } from "./validators.js";

/** A config with every default filled in and every number checked. */
export type ResolvedConfig = RateLimitConfig & { capacity: number; shards: number };

/** Windows are told apart to a microsecond. */
const MIN_PERIOD_MS = 0.001;
const MAX_PERIOD_MS = 10 * 365.25 * 24 * 60 * 60 * 1000;
const MAX_KEY_BYTES = 1024;

/** More would not fit a scan of all shards into the caller's read budget beside its own reads. */
const MAX_SHARDS = 256;

const APPLY_UPDATES = [undefined, "transactionally", "asynchronously"];

const OPTIONS = [
  "kind",
  "rate",
  "period",
  "capacity",
  "maxReserved",
  "start",
  "shards",
  "applyUpdates",
];

/**
 * Rejects a config that can never work, so that a bad one fails at deploy time and not in
 * production.
 *
 * @throws INVALID_RATE_LIMIT naming the field.
 */
export function validateConfig(name: string, config: RateLimitConfig): void {
  const { kind, rate, period, capacity, maxReserved, start, shards, applyUpdates } = config;
  const reject = (field: string, found: unknown, wanted: string) =>
    invalidRateLimit(
      name,
      field,
      `Rate limit "${name}" has ${field} ${quote(found)}: it must be ${wanted}.`,
    );
  if (kind !== "token bucket" && kind !== "fixed window")
    throw reject("kind", kind, '"token bucket" or "fixed window"');
  const unknown = Object.entries(config).find(
    ([option, value]) => value !== undefined && !OPTIONS.includes(option),
  )?.[0];
  if (unknown !== undefined)
    throw invalidRateLimit(
      name,
      unknown,
      `Rate limit "${name}" has the unknown option "${unknown}". Known: ${OPTIONS.join(", ")}.`,
    );
  if (!(isFiniteNumber(rate) && rate > 0)) throw reject("rate", rate, "a number above 0");
  if (!(isFiniteNumber(period) && period >= MIN_PERIOD_MS && period <= MAX_PERIOD_MS))
    throw reject("period", period, "milliseconds from 0.001 to ten years");
  if (capacity !== undefined && !(isFiniteNumber(capacity) && capacity >= 0))
    throw reject("capacity", capacity, "a number, 0 or more");
  if (maxReserved !== undefined && !(typeof maxReserved === "number" && maxReserved >= 0))
    throw reject("maxReserved", maxReserved, "a number, 0 or more");
  if (start !== undefined && start !== null && !isFiniteNumber(start))
    throw reject("start", start, "an instant in milliseconds");
  // Otherwise a window's start, or an instant to retry at, would be beyond the numbers.
  const longestWaitMs = ((capacity ?? rate) / rate) * period;
  if (!(longestWaitMs + period <= Number.MAX_SAFE_INTEGER))
    throw reject("rate", rate, "high enough to add the capacity within 2^53 milliseconds");
  if (shards !== undefined && !(Number.isInteger(shards) && shards >= 1 && shards <= MAX_SHARDS))
    throw reject("shards", shards, `a whole number from 1 to ${MAX_SHARDS}`);
  if (!APPLY_UPDATES.includes(applyUpdates))
    throw reject("applyUpdates", applyUpdates, '"transactionally" or "asynchronously"');
  if (applyUpdates === "asynchronously" && shards !== undefined && shards !== 1)
    throw reject("shards", shards, 'left out, since "asynchronously" never conflicts');
}

/**
 * Fills in the defaults: `capacity` is the rate, and fixed windows of a key without `start` begin
 * at an instant derived from its name and key. It is derived and not random, so that a check and
 * the limit after it see the same window.
 */
export function resolveConfig(
  name: string,
  key: string | undefined,
  config: RateLimitConfig,
): ResolvedConfig {
  validateConfig(name, config);
  validateKey(name, key);
  return withDefaults(config, hash(`${name}\0${key ?? ""}`) % config.period);
}

/** @param start Where fixed windows begin that do not say so themselves. */
export function withDefaults(config: RateLimitConfig, start: number): ResolvedConfig {
  const capacity = config.capacity ?? config.rate;
  const shards = config.shards ?? 1;
  return config.kind === "token bucket"
    ? { ...config, capacity, shards }
    : { ...config, capacity, shards, start: config.start ?? start };
}

/** Accepted for the official package's callers; all shards are read, so any number gives the truth. */
export function validateSampleShards(name: string, sampleShards: number | undefined): void {
  if (sampleShards === undefined || (Number.isInteger(sampleShards) && sampleShards > 0)) return;
  throw invalidRateLimit(
    name,
    "sampleShards",
    `Rate limit "${name}" got sampleShards ${sampleShards}: it must be a whole number above 0.`,
  );
}

function validateKey(name: string, key: string | undefined): void {
  if (key === undefined) return;
  const bytes = new TextEncoder().encode(key).byteLength;
  if (bytes > MAX_KEY_BYTES)
    throw invalidRateLimit(
      name,
      "key",
      `Rate limit "${name}" got a key of ${bytes} bytes: the most is ${MAX_KEY_BYTES}.`,
    );
}

/**
 * Rejects a count that would corrupt the stored state or that can never be granted.
 *
 * @throws INVALID_RATE_LIMIT with the field `count`.
 */
export function validateCount(
  name: string,
  config: ResolvedConfig,
  { count, reserve }: { count: number; reserve: boolean },
): void {
  if (!(count >= 0 && count <= Number.MAX_SAFE_INTEGER))
    throw invalidRateLimit(
      name,
      "count",
      `Rate limit "${name}" got count ${quote(count)}: it must be a number from 0 to 2^53 - 1.`,
    );
  const max = config.capacity + (reserve ? (config.maxReserved ?? Infinity) : 0);
  if (count > max)
    throw invalidRateLimit(
      name,
      "count",
      `Rate limit ${name} count ${count} exceeds ${max}. ` +
        "Raise its capacity or ask for less: this request could never be granted.",
    );
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function quote(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** 32-bit FNV-1a (Fowler, Noll and Vo) over UTF-16 code units. */
function hash(text: string): number {
  let result = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    result = Math.imul(result ^ text.charCodeAt(index), 0x01000193);
  return result >>> 0;
}
