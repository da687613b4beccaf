/** Who can send here. The reset of `convex/rateLimiter.ts` forgets these three. */
export const AUTHORS = ["Ada", "Grace", "Edsger"] as const;

export type Author = (typeof AUTHORS)[number];
