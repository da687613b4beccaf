import type { Page } from "playwright-core";
import { expect } from "vitest";
import { screenshot, tabTo, test } from "./support/test.ts";

const PAGE = "sharded-counter";

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const region = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

/** The total of all tabs, once it is this. */
const total = (page: Page, count: number) =>
  region(page, "Clicks").getByText(String(count), { exact: true }).waitFor();

/** Numbers of a panel by their names. */
async function numbers(page: Page, name: string): Promise<Record<string, string>> {
  const panel = region(page, name);
  const names = await panel.locator("dt").allTextContents();
  const values = await panel.locator("dd").allTextContents();
  return Object.fromEntries(names.map((each, index) => [each, values[index] ?? ""]));
}

async function reset(page: Page): Promise<void> {
  await button(page, "Reset").click();
  await page.getByText("Everything is at 0 again.").waitFor();
}

test("two tabs click, and both show the exact total", async ({ openPage }) => {
  const [mine, theirs] = [await openPage(PAGE), await openPage(PAGE)];
  await reset(mine);
  for (const page of [mine, theirs, mine]) await button(page, "Click").click();
  await total(mine, 3);
  await total(theirs, 3);
});

test("a click is shown before the server has answered", async ({ openPage }) => {
  const page = await openPage(PAGE);
  await reset(page);
  const line = { isCut: false };
  await page.routeWebSocket(/\/sync$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => void (line.isCut || server.send(message)));
  });
  await page.reload();
  await total(page, 0);
  line.isCut = true;
  await button(page, "Click").click();
  await total(page, 1);
  await page.getByText("1 on the way, and shown already.").waitFor();
});

test("a storm counts every click, in the log and in rows, and in the other tab", async ({
  openPage,
}) => {
  const [mine, theirs] = [await openPage(PAGE), await openPage(PAGE)];
  await reset(mine);
  await mine.getByLabel("How many clicks, to either place").fill("100");
  await button(mine, "Storm of 100").click();
  await mine.getByText("Twice 100 sent, and none lost.").waitFor();
  for (const lane of ["In the log", "In 16 rows"])
    expect(await numbers(mine, lane), lane).toEqual({ Sent: "100", Counted: "100", Lost: "0" });
  await total(theirs, 100);
  await screenshot(mine, "counter-storm");
});

test("what a count reads is measured while clicks come in", async ({ openPage }) => {
  const page = await openPage(PAGE);
  await reset(page);
  await button(page, "Click 40 times, one by one").click();
  await page.getByRole("progressbar", { name: "Clicking one by one" }).waitFor();
  const panel = region(page, "What one count reads");
  await panel
    .getByText(/^\d+ documents? for 40$/)
    .nth(1)
    .waitFor();
  await panel.getByRole("img", { name: /^Documents that a count read/ }).waitFor();
});

test("thirty buyers get twenty tickets, and none can be given back twice", async ({ openPage }) => {
  const [mine, theirs] = [await openPage(PAGE), await openPage(PAGE)];
  await reset(mine);
  await button(mine, "30 buyers").click();
  await mine.getByText("20 sold", { exact: true }).waitFor();
  await mine.getByText("10 refused", { exact: true }).waitFor();
  await theirs.getByText("0 of 20 left").waitFor();
  await button(mine, "Give one back").click();
  await theirs.getByText("1 of 20 left").waitFor();
  await button(mine, "Restock").click();
  await theirs.getByText("20 of 20 left").waitFor();
  await button(mine, "Give one back").click();
  await mine.getByText("Refused: all tickets are here.").waitFor();
});

test("people who come twice are told apart", async ({ openPage }) => {
  const page = await openPage(PAGE);
  await reset(page);
  await button(page, "250 more people").click();
  await page.getByRole("progressbar", { name: "People are coming" }).waitFor();
  await region(page, "Unique visitors").getByText("500", { exact: true }).waitFor();
  expect(await numbers(page, "Unique visitors")).toEqual({
    Visits: "500",
    People: "250",
    "Told apart": "250",
    "Off by": "0 %",
  });
});

test("views are counted by the hour and by the day, beside those brought along", async ({
  openPage,
}) => {
  const page = await openPage(PAGE);
  await reset(page);
  await button(page, "25 more views").click();
  await page.getByText("counted by series, 25").waitFor();
  await page.locator("label", { has: page.getByRole("radio", { name: "Day" }) }).click();
  await page.getByRole("img", { name: /^Views of the last 30 days: 25 counted here/ }).waitFor();
});

test("a payment that is told of four times is paid once", async ({ openPage }) => {
  const page = await openPage(PAGE);
  await reset(page);
  await button(page, "Pay 25, told 3 times").click();
  await page.getByText("known already").nth(1).waitFor();
  await button(page, "Tell of it again").click();
  await page.getByText("known already").nth(2).waitFor();
  expect(await page.getByText("counted, 25", { exact: true }).count()).toBe(1);
  await page.getByText("25 paid", { exact: true }).waitFor();
});

test("the keyboard reaches what there is to do", async ({ openPage }) => {
  const page = await openPage(PAGE);
  await reset(page);
  await tabTo(page, "Click");
  await page.keyboard.press("Enter");
  await total(page, 1);
  for (const name of ["Storm of 300", "30 buyers", "250 more people", "25 more views"])
    await tabTo(page, name);
  await screenshot(page, "counter-focus");
});
