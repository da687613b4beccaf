import { FOREVER } from "./blocks.js";
import { isTimeZone } from "./calendar.js";
import { invalidRateLimit } from "./errors.js";
import type {
  CalendarConfig,
  ConcurrencyConfig,
  Kind,
  RateLimitConfig,
  TokenConfig,
} from "./kinds.js";
import { periodOf } from "./windows.js";

/** Windows are told apart to a microsecond. */
const MIN_PERIOD_MS = 0.001;
const MAX_PERIOD_MS = 10 * 365.25 * 24 * 60 * 60 * 1000;
const MAX_KEY_BYTES = 1024;

/** More would not fit a scan of all shards into the caller's read budget beside its own reads. */
const MAX_SHARDS = 256;

/** More would not fit a document beside the rest of it, at two numbers an entry. */
const MAX_LOGGED = 1000;

/** Slots are read together before a lease is refused. */
const MAX_LEASES = 1000;

/** The offsets from UTC that exist, and a little more. */
const MAX_OFFSET_MINUTES = 840;

const UNITS = ["minute", "hour", "day", "week", "month", "year"];
const APPLY_UPDATES = ["transactionally", "asynchronously"];

const SAVING = ["capacity", "maxReserved"];
const OPTIONS: Record<Kind, readonly string[]> = {
  "token bucket": ["rate", "period", ...SAVING, "start", "shards", "applyUpdates"],
  "fixed window": ["rate", "period", ...SAVING, "start", "shards", "applyUpdates"],
  "sliding window": ["rate", "period", "start", "shards"],
  "sliding log": ["rate", "period"],
  calendar: ["rate", "unit", "timeZone", "utcOffsetMinutes", ...SAVING, "shards"],
  concurrency: ["max", "ttlMs"],
};

/** What must hold of an option that is given, and how to say so. */
type Check = [option: string, found: unknown, holds: boolean, wanted: string];

/**
 * Rejects a config that can never work, so that a bad one fails at deploy time and not in
 * production.
 *
 * @throws INVALID_RATE_LIMIT naming the field.
 */
export function validateConfig(name: string, config: RateLimitConfig): void {
  const problem = problemOf(name, config);
  if (problem) throw problem;
}

export function isValidConfig(config: RateLimitConfig): boolean {
  return problemOf("", config) === undefined;
}

function problemOf(name: string, config: RateLimitConfig) {
  const { kind } = config;
  if (!Object.hasOwn(OPTIONS, kind))
    return reject(name, ["kind", kind, false, Object.keys(OPTIONS).map(quote).join(", ")]);
  const failed = checksOf(config).find(([, , holds]) => !holds);
  return unknownOption(name, config) ?? (failed && reject(name, failed));
}

function reject(name: string, [field, found, , wanted]: Check) {
  return invalidRateLimit(
    name,
    field,
    `Rate limit "${name}" has ${field} ${quote(found)}: it must be ${wanted}.`,
  );
}

function unknownOption(name: string, config: RateLimitConfig) {
  const known = ["kind", "overrides", ...OPTIONS[config.kind]];
  const given = Object.entries(config).filter(([, value]) => value !== undefined);
  const unknown = given.find(([option]) => !known.includes(option))?.[0];
  if (unknown === undefined) return undefined;
  return invalidRateLimit(
    name,
    unknown,
    `Rate limit "${name}" has the option "${unknown}", which a ${config.kind} limit does not have. ` +
      `Known: ${known.join(", ")}.`,
  );
}

function checksOf(config: RateLimitConfig): Check[] {
  const { overrides } = config;
  const common: Check[] = [
    [
      "overrides",
      overrides,
      isAbsentOr(overrides, typeof overrides === "boolean"),
      "true or false",
    ],
  ];
  if (config.kind === "concurrency") return [...common, ...concurrencyChecks(config)];
  return [...common, ...tokenChecks(config)];
}

function concurrencyChecks({ max, ttlMs }: ConcurrencyConfig): Check[] {
  return [
    ["max", max, isWhole(max, 1, MAX_LEASES), `a whole number from 1 to ${MAX_LEASES}`],
    ["ttlMs", ttlMs, isAbsentOr(ttlMs, isTtl(ttlMs)), "milliseconds from 1 to ten years"],
  ];
}

function tokenChecks(config: TokenConfig): Check[] {
  const { kind, rate } = config;
  const rates: Check[] = [["rate", rate, isFiniteNumber(rate) && rate > 0, "a number above 0"]];
  if (kind === "calendar") rates.push(...calendarChecks(config));
  else
    rates.push([
      "period",
      config.period,
      isFiniteNumber(config.period) &&
        config.period >= MIN_PERIOD_MS &&
        config.period <= MAX_PERIOD_MS,
      "milliseconds from 0.001 to ten years",
    ]);
  if (kind === "sliding log")
    rates.push(["rate", rate, rate <= MAX_LOGGED, `at most ${MAX_LOGGED} for a sliding log`]);
  return [...rates, ...savingChecks(config), ...modeChecks(config)];
}

function calendarChecks({ unit, timeZone, utcOffsetMinutes }: CalendarConfig): Check[] {
  return [
    ["unit", unit, UNITS.includes(unit), UNITS.map(quote).join(", ")],
    [
      "timeZone",
      timeZone,
      isAbsentOr(timeZone, typeof timeZone === "string" && isTimeZone(timeZone)),
      'the IANA name of a time zone, such as "Europe/Berlin"',
    ],
    [
      "utcOffsetMinutes",
      utcOffsetMinutes,
      isAbsentOr(
        utcOffsetMinutes,
        timeZone === undefined &&
          isWhole(utcOffsetMinutes, -MAX_OFFSET_MINUTES, MAX_OFFSET_MINUTES),
      ),
      `whole minutes from -${MAX_OFFSET_MINUTES} to ${MAX_OFFSET_MINUTES}, without timeZone`,
    ],
  ];
}

function savingChecks(config: TokenConfig): Check[] {
  const { capacity, maxReserved } = "capacity" in config || "maxReserved" in config ? config : {};
  const start = "start" in config ? config.start : undefined;
  // Otherwise a window's start, or an instant to retry at, would be beyond the numbers.
  const longestWaitMs = ((capacity ?? config.rate) / config.rate) * periodOf(config);
  return [
    [
      "capacity",
      capacity,
      isAbsentOr(capacity, isFiniteNumber(capacity) && capacity >= 0),
      "a number, 0 or more",
    ],
    [
      "maxReserved",
      maxReserved,
      isAbsentOr(maxReserved, typeof maxReserved === "number" && maxReserved >= 0),
      "a number, 0 or more",
    ],
    [
      "start",
      start,
      (start === null && config.kind === "token bucket") ||
        isAbsentOr(start, isFiniteNumber(start)),
      "an instant in milliseconds",
    ],
    [
      "rate",
      config.rate,
      longestWaitMs + periodOf(config) <= Number.MAX_SAFE_INTEGER,
      "high enough to add the capacity within 2^53 milliseconds",
    ],
  ];
}

function modeChecks(config: TokenConfig): Check[] {
  const shards = "shards" in config ? config.shards : undefined;
  const applyUpdates = "applyUpdates" in config ? config.applyUpdates : undefined;
  return [
    [
      "shards",
      shards,
      isAbsentOr(shards, isWhole(shards, 1, MAX_SHARDS)),
      `a whole number from 1 to ${MAX_SHARDS}`,
    ],
    [
      "applyUpdates",
      applyUpdates,
      isAbsentOr(applyUpdates, APPLY_UPDATES.includes(applyUpdates ?? "")),
      APPLY_UPDATES.map(quote).join(" or "),
    ],
    [
      "shards",
      shards,
      applyUpdates !== "asynchronously" || shards === undefined || shards === 1,
      'left out, since "asynchronously" never conflicts',
    ],
  ];
}

/** Accepted for the official package's callers; all shards are read, so any number gives the truth. */
export function validateSampleShards(name: string, sampleShards: number | undefined): void {
  if (isAbsentOr(sampleShards, isWhole(sampleShards, 1, Number.MAX_SAFE_INTEGER))) return;
  throw invalidRateLimit(
    name,
    "sampleShards",
    `Rate limit "${name}" got sampleShards ${sampleShards}: it must be a whole number above 0.`,
  );
}

/** @throws INVALID_RATE_LIMIT with the field `key`. */
export function validateKey(name: string, key: string | undefined): void {
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
 * Rejects a count that would corrupt the stored state.
 *
 * @throws INVALID_RATE_LIMIT with the field `count`.
 */
export function validateCount(name: string, count: number): void {
  if (count >= 0 && count <= Number.MAX_SAFE_INTEGER) return;
  throw invalidRateLimit(
    name,
    "count",
    `Rate limit "${name}" got count ${quote(count)}: it must be a number from 0 to 2^53 - 1.`,
  );
}

/** A request that no amount of waiting would help, in the official package's words. */
export function countExceeds(name: string, count: number, most: number) {
  return invalidRateLimit(
    name,
    "count",
    `Rate limit ${name} count ${count} exceeds ${most}. ` +
      "Raise its capacity or ask for less: this request could never be granted.",
  );
}

/** @throws INVALID_RATE_LIMIT with the field `field`. */
export function validateDuration(name: string, field: string, milliseconds: number): void {
  if (!isTtl(milliseconds))
    throw reject(name, [field, milliseconds, false, "milliseconds from 1 to ten years"]);
}

/** @throws INVALID_RATE_LIMIT with the field `field`. */
export function validateInstant(name: string, field: string, at: number): void {
  if (!(Math.abs(at) <= FOREVER))
    throw reject(name, [field, at, false, "an instant in milliseconds"]);
}

/** @throws INVALID_RATE_LIMIT with the field `numItems`. */
export function validatePage(name: string, numItems: number): void {
  if (!isWhole(numItems, 1, Number.MAX_SAFE_INTEGER))
    throw reject(name, ["numItems", numItems, false, "a whole number above 0"]);
}

function isTtl(value: unknown): boolean {
  return isFiniteNumber(value) && value >= 1 && value <= MAX_PERIOD_MS;
}

function isAbsentOr(value: unknown, holds: boolean): boolean {
  return value === undefined || holds;
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return isFiniteNumber(value) && Number.isInteger(value) && value >= least && value <= most;
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function quote(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
