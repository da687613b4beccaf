import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { expect, inject, test as base } from "vitest";
import { launchBrowser } from "./browser.ts";

const SCREENSHOTS = join(import.meta.dirname, "../../../.artifacts/screenshots");

/** Longer than anything on the page takes, shorter than a test's own limit. */
const PATIENCE_MS = 20_000;

/** Opens a page of the showcase, by its name in the address, in a tab with storage of its own. */
export type OpenPage = (route: string, options?: BrowserContextOptions) => Promise<Page>;

/**
 * `test` with a browser: `({ openPage }) => ...`. A test fails when one of its pages prints an
 * error or a warning, throws, or misses a file, whatever else it checks.
 */
export const test = base
  .extend("browser", { scope: "file" }, async ({}, { onCleanup }): Promise<Browser> => {
    const browser = await launchBrowser();
    onCleanup(() => browser.close());
    return browser;
  })
  .extend("openPage", async ({ browser, task }, { onCleanup }): Promise<OpenPage> => {
    const pages: Page[] = [];
    const complaints: string[] = [];
    onCleanup(async () => {
      for (const [index, page] of pages.entries()) {
        if (task.result?.state === "fail") await screenshot(page, `failed-${task.id}-${index + 1}`);
        await page.context().close();
      }
      expect(complaints, "what the browser complained about").toEqual([]);
    });
    return async (route, options) => {
      const page = await newTab(browser, options);
      listen(page, complaints);
      pages.push(page);
      await page.goto(`${inject("showcaseUrl")}/#/${route}`);
      await page.getByRole("status").filter({ hasText: "Connected" }).waitFor();
      return page;
    };
  });

/** Writes `.artifacts/screenshots/<name>.png`. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), animations: "disabled" });
}

/** How many pixels of the page are cut off at the right. */
export function overflowPx(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

/** Presses Tab until the element has the focus; fails when it cannot be reached. */
export async function tabTo(page: Page, name: string): Promise<void> {
  const visited: string[] = [];
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute("aria-label") ?? element?.textContent ?? "";
    });
    if (focused === name) return;
    visited.push(focused);
  }
  throw new Error(`Tab never reached "${name}", only ${visited.join(", ")}`);
}

async function newTab(browser: Browser, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  return context.newPage();
}

/** What the browser prints for a refusal, which is an answer here and no defect. */
const REFUSAL = /the server responded with a status of 429/;

function listen(page: Page, complaints: string[]): void {
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("requestfailed", (request) => complaints.push(`missing: ${request.url()}`));
  page.on("console", (message) => {
    if (REFUSAL.test(message.text())) return;
    if (message.type() === "error" || message.type() === "warning")
      complaints.push(`console.${message.type()}: ${message.text()}`);
  });
}
