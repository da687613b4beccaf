import type { Page } from "playwright-core";
import { expect } from "vitest";
import { screenshot, tabTo, test } from "./support/test.ts";

const button = (page: Page, name: string | RegExp) =>
  page.getByRole("button", { name, exact: true });
const tokens = (page: Page, author: string) =>
  page.getByRole("meter", { name: `${author}’s tokens` });

/** Chooses a radio button by its label, as a mouse does. */
const choose = (page: Page, name: string) =>
  page.locator("label", { has: page.getByRole("radio", { name, exact: true }) }).click();

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

test("a burst on another algorithm shows granted, refused, what is left and the headers", async ({
  openPage,
}) => {
  const page = await openPage("rate-limiter");
  await reset(page);
  await choose(page, "Sliding log");
  await button(page, "20 calls").click();
  await page.getByText("10 granted, 10 refused, 0 left for everybody.").waitFor();
  await page.getByText(/^Next token in \d+ s$/).waitFor();
  const left = page.getByRole("meter", { name: "Tokens left", exact: true });
  expect(await left.getAttribute("aria-valuenow")).toBe("0");
  const headers = page.getByRole("region", { name: "Headers of the last call" });
  await headers.getByText('"slidingLog";q=10;w=20').waitFor();
  await headers.getByText("Retry-After").waitFor();
  await choose(page, "Calendar");
  await page.getByText("10.0 of 10 left").waitFor();
  await screenshot(page, "rate-limiter-lab");
});

test("a kind offers the modes that it supports, and remembers the one wished for", async ({
  openPage,
}) => {
  const page = await openPage("rate-limiter");
  const mode = (name: string) => page.getByRole("radio", { name, exact: true });
  await choose(page, "Concurrent");
  await choose(page, "Sliding window");
  expect(await mode("Concurrent").isDisabled()).toBe(true);
  expect(await mode("4 shards").isDisabled()).toBe(false);
  expect(await mode("One row").isChecked()).toBe(true);
  await choose(page, "Token bucket");
  expect(await mode("Concurrent").isChecked()).toBe(true);
});

test("a burst in one mutation of a concurrent limit is limited too", async ({ openPage }) => {
  const page = await openPage("rate-limiter");
  await reset(page);
  await choose(page, "Concurrent");
  await page.getByLabel("All in one mutation").check();
  await button(page, "20 calls").click();
  await page.getByText(/^1\d granted, \d+ refused, 0 left for everybody\./).waitFor();
});

test("a block refuses what the limit has left, until it is lifted", async ({ openPage }) => {
  const page = await openPage("rate-limiter");
  await reset(page);
  await choose(page, "Sliding log");
  await button(page, /^Block for/).click();
  await page.getByText(/^Blocked for \d/).waitFor();
  await button(page, "20 calls").click();
  await page.getByText(/^0 granted, 20 refused, 0 left for everybody\./).waitFor();
  await button(page, "Unblock").click();
  await page.getByText("10.0 of 10 left").waitFor();
});

test("three jobs hold leases, the fourth waits, and another tab sees it", async ({ openPage }) => {
  const [mine, theirs] = [await openPage("rate-limiter"), await openPage("rate-limiter")];
  await reset(mine);
  for (const page of [mine, theirs]) await choose(page, "Concurrency");
  for (let active = 1; active <= 3; active++) {
    await button(mine, "Start a job").click();
    await mine.getByText(`Started: ${active} at work.`).waitFor();
  }
  await button(mine, "Start a job").click();
  await mine.getByText(/^Refused: 3 at work\. Retry in \d+ s/).waitFor();
  await theirs.getByRole("list", { name: "3 of 3 leases are held" }).waitFor();
  await screenshot(mine, "rate-limiter-jobs");
  await button(mine, "Finish").first().click();
  await theirs.getByRole("list", { name: "2 of 3 leases are held" }).waitFor();
  await mine.getByText("Free", { exact: true }).waitFor();
  expect(await mine.evaluate(() => document.activeElement?.textContent)).toBe("Start a job");
});

test("a limit by address names the address, and needs a fallbackKey without one", async ({
  openPage,
}) => {
  const page = await openPage("rate-limiter");
  await reset(page);
  await choose(page, "Sliding log");
  await choose(page, "Per address");
  await button(page, "20 calls").click();
  await page.getByText("10 granted, 10 refused, 0 left for 127.0.0.1.").waitFor();
  await button(page, "Ask in a query").click();
  await page.getByText(/is limited by address, and there is none/).waitFor();
  await button(page, "With a fallbackKey").click();
  await page.getByText("Would be granted, as no address.").waitFor();
});

test("an HTTP client is told 429, where it stands and when to retry", async ({ openPage }) => {
  const page = await openPage("rate-limiter");
  await reset(page);
  const send = async () => {
    const answered = page.waitForResponse(/\/api\/limited$/);
    await button(page, "Send a request").click();
    return (await answered).status();
  };
  expect(await send()).toBe(200);
  await page.getByText("200 Hello, 127.0.0.1").waitFor();
  // Requests come back while a slow machine sends: it is refused after five or some more.
  await expect.poll(send, { timeout: 20_000, interval: 50 }).toBe(429);
  await page.getByText("429 Too many requests from 127.0.0.1").waitFor();
  await page.getByText(/^"perAddress";r=0;t=\d+, "perMonth";r=\d+;t=\d+$/).waitFor();
  await page.getByText('"perAddress";q=5;w=10', { exact: false }).waitFor();
});
