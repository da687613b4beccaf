/** The limits of `convex/rateLimiter.ts`, in the words of a visitor. */
const LIMITS: Record<string, string> = {
  sendMessage: "the author’s own limit",
  allMessages: "the limit everybody shares",
};

/** "sendMessage (the author’s own limit)". */
export function describeLimit(name: string): string {
  const meaning = LIMITS[name];
  return meaning === undefined ? name : `${name} (${meaning})`;
}
