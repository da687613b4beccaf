import type { Page } from "playwright-core";
import { expect } from "vitest";
import { screenshot, tabTo, test } from "./support/test.ts";

const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });
const tokens = (page: Page, author: string) =>
  page.getByRole("meter", { name: `${author}’s tokens` });

async function reset(page: Page): Promise<void> {
  await button(page, "Reset").click();
  await page.getByText("Every limit is full again.").waitFor();
}

test("two tabs see each other's message live", async ({ openPage }) => {
  const [mine, theirs] = [await openPage("rate-limiter"), await openPage("rate-limiter")];
  await reset(mine);
  await theirs.getByText("Nothing yet.").waitFor();
  await mine.getByLabel("One message").fill("Seen in the other tab");
  await button(mine, "Send").click();
  await theirs.getByText("Seen in the other tab").waitFor();
  await theirs.getByText(/^Full in/).waitFor();
});

test("a burst is limited, says by what, and counts down to the next try", async ({ openPage }) => {
  const page = await openPage("rate-limiter");
  await reset(page);
  await button(page, "Burst of 20").click();
  await page.getByText(/^\d+ granted$/).waitFor();
  await page.getByText(/^\d+ refused$/).waitFor();
  await page.getByText(/by sendMessage \(the author’s own limit\)\. Retry in \d\.\d s/).waitFor();
  await page.getByText(/^Next token in \d\.\d s$/).waitFor();
  await screenshot(page, "rate-limiter-burst");
  await page.getByText(/Retry now/).waitFor();
  await button(page, "Send").click();
  await page.getByText("Granted: it is in the list.").waitFor();
});

test("each author has a bucket, and all share the window", async ({ openPage }) => {
  const page = await openPage("rate-limiter");
  await reset(page);
  await button(page, "Burst of 20").click();
  await page.getByText(/^\d+ granted$/).waitFor();
  await page.getByText("Grace", { exact: true }).click();
  await button(page, "Send").click();
  await page.getByText("Granted: it is in the list.").waitFor();
  expect(await tokens(page, "Edsger").getAttribute("aria-valuenow")).toBe("5");
});

test("a single message that is refused says when to retry", async ({ openPage }) => {
  const page = await openPage("rate-limiter");
  await reset(page);
  await button(page, "Burst of 20").click();
  await page.getByText(/^\d+ granted$/).waitFor();
  await button(page, "Send").click();
  await page.getByText(/^Refused by sendMessage \(the author’s own limit\)\. Retry in/).waitFor();
});

test("a limit that was reset starts full", async ({ openPage }) => {
  const page = await openPage("rate-limiter");
  await button(page, "Burst of 20").click();
  await page.getByText(/^Next token in/).waitFor();
  await reset(page);
  await page.getByText("Nothing yet.").waitFor();
  expect(await tokens(page, "Ada").getAttribute("aria-valuenow")).toBe("5");
});

test("the keyboard reaches an author, the message and its button", async ({ openPage }) => {
  const page = await openPage("rate-limiter");
  await reset(page);
  await tabTo(page, "Ada");
  await page.keyboard.press("ArrowRight");
  await tabTo(page, "Send");
  await screenshot(page, "rate-limiter-focus");
  await page.keyboard.press("Enter");
  await page.getByText("Hello from Grace").waitFor();
});

test("the code shown is the code that runs", async ({ openPage }) => {
  const page = await openPage("rate-limiter");
  const code = page.getByLabel("Code of example/convex/rateLimiter.ts, define");
  expect(await code.textContent()).toContain("export const rateLimiter = new RateLimiter(");
});
