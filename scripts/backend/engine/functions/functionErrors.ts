import { inspect } from "node:util";
import { convexToJson, type JSONValue } from "convex/values";
import { isConvexError } from "../convexTestRuntime.ts";

/** What a caller learns about a function that failed. */
export interface Failure {
  errorMessage: string;
  errorData?: JSONValue;
}

/** A call that is turned down before any function runs: its message needs no "Uncaught". */
export class RefusedCall extends Error {}

/**
 * The failure as clients print it. `hasStarted` tells an error of the function from one of its
 * arguments. Never throws: whatever a function throws is an answer to its caller, no bug of ours.
 */
export function failureOf(error: unknown, hasStarted: boolean): Failure {
  try {
    return describe(error, hasStarted);
  } catch {
    return { errorMessage: "Uncaught Error: the function threw something that cannot be shown" };
  }
}

function describe(error: unknown, hasStarted: boolean): Failure {
  if (error instanceof RefusedCall) return { errorMessage: error.message };
  if (isConvexError(error)) {
    const errorData = convexToJson(error.data);
    const shown = typeof errorData === "string" ? errorData : JSON.stringify(errorData);
    return { errorMessage: `Uncaught ConvexError: ${shown}`, errorData };
  }
  const name = error instanceof Error ? error.name : "Error";
  const message = error instanceof Error ? wordedForApps(error.message) : shortly(error);
  if (!hasStarted) return { errorMessage: `ArgumentValidationError: ${message}` };
  return { errorMessage: `Uncaught ${name}: ${message}` };
}

/** convex-test gives advice to tests, which an app cannot follow. */
function wordedForApps(message: string): string {
  const [, component] = /^Component "(.*)" is not registered\. Call /.exec(message) ?? [];
  if (component === undefined) return message;
  return `Component "${component}" is not mounted: import it in convex.config.ts and app.use(...) it.`;
}

/** `String` throws for an object without a prototype. */
function shortly(thrown: unknown): string {
  return typeof thrown === "object" ? inspect(thrown, { breakLength: Infinity }) : String(thrown);
}
