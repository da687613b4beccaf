import { convexToJson, type JSONValue } from "convex/values";
import { isConvexError } from "../convexTestRuntime.ts";

/** What a caller learns about a function that failed. */
export interface Failure {
  errorMessage: string;
  errorData?: JSONValue;
}

/** A call that is turned down before any function runs: its message needs no "Uncaught". */
export class RefusedCall extends Error {}

/** The failure as clients print it. `hasStarted` tells an error of the function from one of its arguments. */
export function failureOf(error: unknown, hasStarted: boolean): Failure {
  if (error instanceof RefusedCall) return { errorMessage: error.message };
  if (isConvexError(error)) {
    const errorData = convexToJson(error.data);
    const shown = typeof errorData === "string" ? errorData : JSON.stringify(errorData);
    return { errorMessage: `Uncaught ConvexError: ${shown}`, errorData };
  }
  const name = error instanceof Error ? error.name : "Error";
  const message = error instanceof Error ? error.message : String(error);
  if (!hasStarted) return { errorMessage: `ArgumentValidationError: ${message}` };
  return { errorMessage: `Uncaught ${name}: ${message}` };
}
