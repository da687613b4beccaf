import { ConvexReactClient } from "convex/react";
import { readUrl } from "./siteUrl.js";

/** Set by `npm start`, or by `npx convex dev` in `.env.local`. */
export const convexUrl = readUrl(import.meta.env.VITE_CONVEX_URL);

/** Null when nobody said where the backend is. */
export const convex = convexUrl === null ? null : createClient(convexUrl);

function createClient(url: string): ConvexReactClient {
  return new ConvexReactClient(url, {
    // A refused message is an answer here and not a defect: the page shows it, the console need not.
    logger: false,
    unsavedChangesWarning: false,
  });
}
