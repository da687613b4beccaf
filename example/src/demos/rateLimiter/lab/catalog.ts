import { SUPPORT } from "@convex-suite/rate-limiter";
import type { FunctionArgs } from "convex/server";
import type { api } from "../../../../convex/_generated/api.js";

/** A limit of the lab that counts tokens. */
export type LimitName = FunctionArgs<typeof api.rateLimiterLab.burst>["name"];

/** Whose limit: one for all who look at this page, or one per address. */
export type Whose = FunctionArgs<typeof api.rateLimiterLab.burst>["whose"];

export type Kind = keyof typeof SUPPORT;

/** How a limit is stored. */
export type Mode = "row" | "shards" | "concurrent";

/** An algorithm, and what its limits in `convex/rateLimiterLab.ts` are called. */
interface KindEntry {
  title: string;
  /** In one line, with the numbers of the lab. */
  meaning: string;
  /** Leases are not tokens: they have a bench of their own. */
  names: Partial<Record<Mode, LimitName>>;
}

export const KINDS: Record<Kind, KindEntry> = {
  "token bucket": {
    title: "Token bucket",
    meaning: "10 at once after a pause, and one more every 2 s.",
    names: {
      row: "tokenBucket",
      shards: "tokenBucketShards",
      concurrent: "tokenBucketConcurrent",
    },
  },
  "fixed window": {
    title: "Fixed window",
    meaning: "10 in each 20 s of the clock.",
    names: {
      row: "fixedWindow",
      shards: "fixedWindowShards",
      concurrent: "fixedWindowConcurrent",
    },
  },
  "sliding window": {
    title: "Sliding window",
    meaning: "About 10 in any 20 s, from two counters.",
    names: { row: "slidingWindow", shards: "slidingWindowShards" },
  },
  "sliding log": {
    title: "Sliding log",
    meaning: "Exactly 10 in any 20 s: each call is remembered.",
    names: { row: "slidingLog" },
  },
  calendar: {
    title: "Calendar",
    meaning: "10 in each minute of Berlin’s clock.",
    names: { row: "calendar", shards: "calendarShards" },
  },
  concurrency: {
    title: "Concurrency",
    meaning: "3 at a time; a lease ends after 20 s.",
    names: {},
  },
};

export const KIND_NAMES = Object.keys(KINDS) as Kind[];

export const MODES: Record<Mode, { title: string; meaning: string }> = {
  row: {
    title: "One row",
    meaning: "One document. Of concurrent calls, each waits for the one before.",
  },
  shards: {
    title: "4 shards",
    meaning: "Four documents that share the limit: two calls meet on one with probability ¼.",
  },
  concurrent: {
    title: "Concurrent",
    meaning:
      "Calls append to a log and never meet. Exact for calls that do not overlap, and within one mutation.",
  },
};

export const MODE_NAMES = Object.keys(MODES) as Mode[];

/** Whether the component has the kind in that mode. */
export function isSupported(kind: Kind, mode: Mode): boolean {
  switch (mode) {
    case "row":
      return true;
    case "shards":
      return SUPPORT[kind].includes("shards");
    case "concurrent":
      return SUPPORT[kind].includes("asynchronously");
  }
}
