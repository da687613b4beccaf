import { ConvexError } from "convex/values";

type ErrorContext = {
  component: "rateLimiter";
  /** What was asked, what was found, and the way out. */
  message: string;
};

/** A refusal, thrown when `throws: true`. `kind`, `name` and `retryAfter` are the official fields. */
export type RateLimitedData = ErrorContext & {
  code: "RATE_LIMITED";
  kind: "RateLimited";
  name: string;
  /** Milliseconds until the same request can succeed if nobody else consumes. */
  retryAfter: number;
};

/** An argument or a configuration that can never work. Nothing was written. */
export type InvalidRateLimitData = ErrorContext & {
  code: "INVALID_RATE_LIMIT";
  /** The option or argument at fault, such as `period` or `count`. */
  field: string;
  name: string;
};

/** The name is not among the limits given to the constructor, and no `config` was passed. */
export type LimitNotDefinedData = ErrorContext & {
  code: "LIMIT_NOT_DEFINED";
  name: string;
};

/** Every error this component throws on purpose, told apart by `code`. */
export type RateLimiterErrorData = RateLimitedData | InvalidRateLimitData | LimitNotDefinedData;

export type RateLimiterErrorCode = RateLimiterErrorData["code"];

export type RateLimiterError<Code extends RateLimiterErrorCode = RateLimiterErrorCode> =
  ConvexError<Extract<RateLimiterErrorData, { code: Code }>>;

export function rateLimited(name: string, retryAfter: number): RateLimiterError<"RATE_LIMITED"> {
  return new ConvexError({
    component: "rateLimiter",
    code: "RATE_LIMITED",
    message: `Rate limit "${name}" exceeded. Retry after ${retryAfter} ms.`,
    kind: "RateLimited",
    name,
    retryAfter,
  });
}

export function invalidRateLimit(
  name: string,
  field: string,
  message: string,
): RateLimiterError<"INVALID_RATE_LIMIT"> {
  return new ConvexError({
    component: "rateLimiter",
    code: "INVALID_RATE_LIMIT",
    message,
    field,
    name,
  });
}

export function limitNotDefined(name: string): RateLimiterError<"LIMIT_NOT_DEFINED"> {
  return new ConvexError({
    component: "rateLimiter",
    code: "LIMIT_NOT_DEFINED",
    message:
      `Rate limit ${name} not defined. ` +
      "Define it in the RateLimiter constructor or pass a config inline.",
    name,
  });
}

/**
 * Whether an error was thrown by this component, and by which `code`.
 * Works on the server and on the client; never throws, whatever it is given.
 *
 * @param code Only this code. @default any code
 */
export function isRateLimiterError<Code extends RateLimiterErrorCode = RateLimiterErrorCode>(
  error: unknown,
  code?: Code,
): error is RateLimiterError<Code> {
  const { component, code: found } = convexErrorData(error);
  return component === "rateLimiter" && (code === undefined ? found !== undefined : found === code);
}

/**
 * Whether an error is a refusal thrown by a limit with `throws: true`, of this package or of the
 * official one. Never throws, whatever it is given.
 */
export function isRateLimitError(
  error: unknown,
): error is { data: Pick<RateLimitedData, "kind" | "name" | "retryAfter"> } {
  return convexErrorData(error).kind === "RateLimited";
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
