import { expect } from "vitest";
import { faintTexts } from "./support/contrast.ts";
import { overflowPx, screenshot, tabTo, test } from "./support/test.ts";

/** Every page there is: a new component adds its own here. */
const ROUTES = ["", "rate-limiter", "sharded-counter"];

const NARROW = { viewport: { width: 390, height: 844 } };

test("the status line tells the embedded backend and how far away it is", async ({ openPage }) => {
  const page = await openPage("");
  await page.getByText("embedded backend", { exact: true }).waitFor();
  await page.getByTitle("A mutation to the backend and back").waitFor();
});

test("links lead to pages, name the tab and move the focus to the title", async ({ openPage }) => {
  const page = await openPage("");
  await page.getByRole("navigation").getByRole("link", { name: "Rate limiter" }).click();
  await page.getByRole("heading", { level: 1, name: "Rate limiter" }).waitFor();
  expect(await page.title()).toBe("Rate limiter · convex-suite");
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("H1");
  expect(await page.getByRole("link", { name: "Rate limiter" }).getAttribute("aria-current")).toBe(
    "page",
  );
});

test("the skip link leads past the navigation and keeps the address", async ({ openPage }) => {
  const page = await openPage("rate-limiter");
  await tabTo(page, "Skip to the page");
  await page.keyboard.press("Enter");
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
  expect(page.url()).toMatch(/#\/rate-limiter$/);
});

test("an address without a page says so", async ({ openPage }) => {
  const page = await openPage("nothing-here");
  await page.getByText("There is no page called “nothing-here”.").waitFor();
});

test("a theme that was chosen is remembered", async ({ openPage }) => {
  const page = await openPage("", { colorScheme: "light" });
  await page.getByRole("button", { name: "Switch to the dark theme" }).click();
  await page.reload();
  await page.getByRole("button", { name: "Switch to the light theme" }).waitFor();
  expect(await page.evaluate(() => getComputedStyle(document.body).colorScheme)).toBe("dark");
});

test("a backend that goes away is reported with the way out", async ({ openPage }) => {
  const page = await openPage("rate-limiter");
  await page.routeWebSocket(/\/sync$/, (socket) => socket.close());
  await page.reload();
  await page.getByRole("alert").filter({ hasText: "Start it with npm start" }).waitFor();
});

for (const route of ROUTES) {
  const name = route === "" ? "overview" : route;

  test(`${name} fits a narrow screen and opens the menu there`, async ({ openPage }) => {
    const page = await openPage(route, NARROW);
    expect(await overflowPx(page)).toBe(0);
    await page.getByRole("navigation").waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Menu" }).click();
    await page.getByRole("navigation").waitFor();
    await screenshot(page, `${name}-narrow`);
  });

  test(`${name} has one title, landmarks and no unnamed control`, async ({ openPage }) => {
    const page = await openPage(route);
    for (const role of ["banner", "navigation", "main"] as const)
      expect(await page.getByRole(role).count(), role).toBe(1);
    expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
    for (const role of ["button", "link", "textbox", "slider", "radio"] as const)
      expect(await page.getByRole(role, { name: /^$/ }).count(), `unnamed ${role}`).toBe(0);
  });

  test(`${name} is readable in light and in dark`, async ({ openPage }) => {
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await openPage(route, { colorScheme });
      expect(await faintTexts(page), colorScheme).toEqual([]);
      await screenshot(page, `${name}-${colorScheme}`);
    }
  });
}
