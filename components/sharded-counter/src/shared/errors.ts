import { ConvexError } from "convex/values";

type ErrorContext = {
  component: "shardedCounter";
  /** What was asked, what was found, and the way out. */
  message: string;
  /** The counter. */
  name: string;
};

/** An argument, an option or a total that can never be right. Nothing was written. */
export type InvalidCounterData = ErrorContext & {
  code: "INVALID_COUNTER";
  /** The option or argument at fault, such as `shards` or `count`. */
  field: string;
};

/** A change would have moved a bounded counter out of its bounds. Nothing was written. */
export type OutOfBoundsData = ErrorContext & {
  code: "OUT_OF_BOUNDS";
  min: number;
  max: number;
};

/** Every error this component throws on purpose, told apart by `code`. */
export type ShardedCounterErrorData = InvalidCounterData | OutOfBoundsData;

export type ShardedCounterErrorCode = ShardedCounterErrorData["code"];

export type ShardedCounterError<Code extends ShardedCounterErrorCode = ShardedCounterErrorCode> =
  ConvexError<Extract<ShardedCounterErrorData, { code: Code }>>;

/** @param wanted What is allowed, to follow "it must be". */
export function invalidCounter(
  name: string,
  field: string,
  { found, wanted }: { found: unknown; wanted: string },
): ShardedCounterError<"INVALID_COUNTER"> {
  return new ConvexError({
    component: "shardedCounter",
    code: "INVALID_COUNTER",
    message: `Counter ${quote(name)} has ${field} ${quote(found)}: it must be ${wanted}.`,
    field,
    name,
  });
}

export function outOfBounds(
  name: string,
  { min, max }: { min: number; max: number },
): ShardedCounterError<"OUT_OF_BOUNDS"> {
  return new ConvexError({
    component: "shardedCounter",
    code: "OUT_OF_BOUNDS",
    message:
      `Counter ${quote(name)} must stay between ${min} and ${max}. ` +
      "To be told instead of stopped, use tryAdd.",
    name,
    min,
    max,
  });
}

/** Long enough to recognize, short enough for a log line. */
const MOST_QUOTED = 80;

function quote(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED)}...` : text;
}

/**
 * Whether an error was thrown by this component, and by which `code`.
 * Works on the server and on the client; never throws, whatever it is given.
 *
 * @param code Only this code. @default any code
 */
export function isShardedCounterError<
  Code extends ShardedCounterErrorCode = ShardedCounterErrorCode,
>(error: unknown, code?: Code): error is ShardedCounterError<Code> {
  const { component, code: found } = convexErrorData(error);
  return (
    component === "shardedCounter" && (code === undefined ? found !== undefined : found === code)
  );
}

/**
 * The data of a `ConvexError`, told by the mark that Convex puts on it and not by its class: a
 * bundle can hold several copies of the class.
 */
function convexErrorData(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error) || !(Symbol.for("ConvexError") in error)) return {};
  const data: unknown = "data" in error ? error.data : undefined;
  return typeof data === "object" && data !== null ? { ...data } : {};
}
