import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

const USUAL_PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Nothing that is not the page itself: no GPU, no updates, no calls home. */
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A headless browser with a fresh profile. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: ARGS });
}

/** Throws one line that says how to get a browser. */
export function findChromium(): string {
  const chosen = process.env.CHROMIUM_PATH;
  const paths = chosen === undefined ? USUAL_PATHS : [chosen];
  const found = paths.find((path) => existsSync(path));
  if (found !== undefined) return found;
  const message = `No Chromium at ${paths.join(" or ")}: run apt-get install chromium, or set CHROMIUM_PATH to one.`;
  // Where in our code it was noticed is of no help to whoever reads it.
  throw Object.assign(new Error(message), { stack: message });
}
