import {
  DEFAULT_SHARDS,
  resolveBounds,
  validateHistory,
  validateName,
  validateShards,
} from "../shared/config.js";
import { invalidCounter } from "../shared/errors.js";
import { canonical, type Total } from "../shared/total.js";
import type { Bounds, Counter, History } from "../shared/validators.js";

/**
 * Where a counter is stored. `"log"`: additions append and never conflict. A number: over so many
 * rows, of which each addition changes one.
 */
export type Mode = "log" | number;

/** What a counter counts in. */
export type CountOf<Int64 extends boolean> = Int64 extends true ? bigint : number;

/** What may be added to a counter. */
export type AmountOf<Int64 extends boolean> = Int64 extends true ? number | bigint : number;

/** Options of a `ShardedCounter`. None are needed. */
export interface CounterOptions<ShardsKey extends string = string, Int64 extends boolean = false> {
  /** Names that are stored in rows, and in how many, from 1 to 1000. @default none */
  shards?: Partial<Record<ShardsKey, number>>;
  /** Stores every other name in so many rows, too. @default in the log */
  defaultShards?: number;
  /**
   * Where names are stored that `bounded` does not declare; `"sharded"` is 16 rows unless `shards` or
   * `defaultShards` says otherwise. May be changed at any time: counts stay.
   * @default as `shards` and `defaultShards` say
   */
  mode?: "log" | "sharded" | ((name: NoInfer<ShardsKey>) => Mode);
  /** Names that must stay between two bounds: stock, seats. Every write must declare them. */
  bounded?: Readonly<Record<string, Bounds>>;
  /** Only whole numbers, and totals beyond 2^53 - 1 throw instead of being rounded. @default false */
  integer?: boolean;
  /** Counts are bigints, exact up to 2^63 - 1. @default false */
  int64?: Int64;
  /** What `series` can tell, of names in the log. @default nothing is kept */
  history?: History;
}

/**
 * Rejects options that can never work, so that a bad deploy fails when it loads.
 *
 * @throws INVALID_COUNTER naming the field.
 */
export function validateOptions<ShardsKey extends string>({
  shards = {},
  defaultShards,
  bounded = {},
  history = {},
}: CounterOptions<ShardsKey, boolean>): void {
  for (const [name, count] of Object.entries<number | undefined>(shards))
    validateShards(name, count);
  validateShards("", defaultShards);
  for (const [name, bounds] of Object.entries(bounded)) resolveBounds(name, bounds);
  validateHistory("", history);
}

/** A name, and where it is stored. Own properties only: "constructor" is a name as any other. */
export function counterOf<ShardsKey extends string>(
  options: CounterOptions<ShardsKey, boolean>,
  name: ShardsKey,
): Counter {
  if (typeof name !== "string" || name === "")
    throw invalidCounter(String(name), "name", { found: name, wanted: "a string, not empty" });
  validateName(name);
  const { bounded = {}, history } = options;
  const bounds = Object.hasOwn(bounded, name) ? bounded[name] : undefined;
  if (bounds) return { name, bounds: resolveBounds(name, bounds) };
  const mode = modeOf(options, name);
  if (mode === "log") return history ? { name, history } : { name };
  validateShards(name, mode);
  return { name, shards: mode };
}

function modeOf<ShardsKey extends string>(
  { shards = {}, defaultShards, mode }: CounterOptions<ShardsKey, boolean>,
  name: ShardsKey,
): Mode {
  if (typeof mode === "function") return mode(name);
  if (mode === "log") return "log";
  const own: number | undefined = Object.hasOwn(shards, name) ? shards[name] : undefined;
  return own ?? defaultShards ?? (mode === "sharded" ? DEFAULT_SHARDS : "log");
}

/**
 * What is to be added, as it is stored.
 *
 * @throws INVALID_COUNTER with the field given, unless it is a number of the kind that is counted in.
 */
export function amountOf(
  { integer = false, int64 = false }: Pick<CounterOptions<string, boolean>, "integer" | "int64">,
  amount: number | bigint,
  { name, field }: { name: string; field: string },
): Total {
  const reject = (wanted: string) => invalidCounter(name, field, { found: amount, wanted });
  if (int64 && typeof amount === "bigint") {
    if (amount !== BigInt.asIntN(64, amount)) throw reject("an integer of 64 bits");
    return canonical(amount);
  }
  if (typeof amount !== "number" || !Number.isFinite(amount)) throw reject("a finite number");
  if ((integer || int64) && !Number.isSafeInteger(amount))
    throw reject("a whole number from -(2^53 - 1) to 2^53 - 1");
  return canonical(amount);
}

/**
 * A total as the instance counts.
 *
 * @throws INVALID_COUNTER with the field `total` for one that would not be exact, if it must be.
 */
export function countOf<Int64 extends boolean>(
  { integer = false, int64 }: Pick<CounterOptions<string, Int64>, "integer" | "int64">,
  total: Total,
  name: string,
): CountOf<Int64> {
  const isSafe = Number.isSafeInteger(total);
  const isExact = isSafe || (int64 === true && typeof total === "bigint");
  if ((integer || int64) && !isExact)
    throw invalidCounter(name, "total", {
      found: total,
      wanted: `a whole number of at most ${int64 ? "63" : "53"} bits`,
    });
  return (int64 ? BigInt(total) : Number(total)) as CountOf<Int64>;
}
