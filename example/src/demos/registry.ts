import type { ComponentType } from "react";
import { RateLimiter } from "./RateLimiter.js";
import { ShardedCounter } from "./ShardedCounter.js";

/** A component of the suite, with its page. */
export interface Demo {
  /** The address: `#/<slug>`. */
  slug: string;
  title: string;
  packageName: string;
  /** What it does for you, in one sentence. */
  promise: string;
  Page: ComponentType;
}

/** Every page, in the order of the navigation. */
export const DEMOS: Demo[] = [
  {
    slug: "rate-limiter",
    title: "Rate limiter",
    packageName: "@convex-suite/rate-limiter",
    promise:
      "Exact limits that take part in your transaction, with an honest retryAfter and a React hook.",
    Page: RateLimiter,
  },
  {
    slug: "sharded-counter",
    title: "Sharded counter",
    packageName: "@convex-suite/sharded-counter",
    promise: "Counts that never lose an increment, never conflict and never drift.",
    Page: ShardedCounter,
  },
];
