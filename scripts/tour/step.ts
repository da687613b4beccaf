import type { ConvexClient, ConvexHttpClient } from "convex/browser";

/** The app under tour, through clients that need no browser. */
export interface TourApp {
  /** One request, one answer. */
  http: ConvexHttpClient;
  /** Subscriptions over a websocket. */
  live: ConvexClient;
  /** Where its HTTP actions are. */
  siteUrl: string;
}

/** One question to the app and the answer it must give. */
export interface TourStep {
  asked: string;
  expected: string;
  /** Asks, and words the answer the way `expected` is worded. */
  see: (app: TourApp) => Promise<string>;
}

/** What a component's tour is: steps in order, each building on the ones before. */
export interface Tour {
  component: string;
  steps: TourStep[];
}
