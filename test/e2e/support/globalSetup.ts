import type { TestProject } from "vitest/node";
import { findChromium } from "./browser.ts";
import { startShowcase } from "./showcase.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the pages are. */
    showcaseUrl: string;
  }
}

/** One app for all files: each page has a component of its own, so that files do not disturb each other. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  // Before the app is started: what is missing is said at once.
  findChromium();
  const { url, stop } = await startShowcase();
  provide("showcaseUrl", url);
  return stop;
}
