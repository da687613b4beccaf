import { ConvexError } from "convex/values";

const NOT_PUSHED = /Could not find (public )?function for '([^']+)'/;

/** One line that says what went wrong and, where we know it, the way out. */
export function describeError(error: unknown): string {
  if (error instanceof ConvexError) return messageOf(error.data);
  const text = error instanceof Error ? error.message : String(error);
  const [, , path] = NOT_PUSHED.exec(text) ?? [];
  if (path !== undefined) {
    return `The backend has no function ${path}. Push the example: npm start does, and npm run dev for a real deployment.`;
  }
  return firstSentence(text);
}

/** Errors of this suite carry a `message` beside their code. */
function messageOf(data: unknown): string {
  if (typeof data === "string") return data;
  if (typeof data === "object" && data !== null && "message" in data) return String(data.message);
  return JSON.stringify(data);
}

/** The client puts the function and a request id before the message, and a stack behind it. */
function firstSentence(text: string): string {
  const uncaught = /Uncaught (?:Error: )?(.+)/.exec(text)?.[1];
  const line = uncaught ?? text.replace(/^(\[[^\]]*\] ?)+/, "").split("\n")[0] ?? "";
  return line.trim() || "Something failed without saying what.";
}
