import type { Page } from "playwright-core";

/** WCAG 2.2 level AA, for text of any size. */
const LEAST_CONTRAST = 4.5;

/** Texts of the page that do not stand out enough from what is behind them. */
export function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate((least) => {
    const luminance = (channels: number[]) => {
      const [red = 0, green = 0, blue = 0] = channels.map((channel) => {
        const share = channel / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const channelsOf = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
    const isOpaque = (color: string) => (channelsOf(color)[3] ?? 1) === 1;
    const colorBehind = (element: Element): string => {
      const { backgroundColor } = getComputedStyle(element);
      if (isOpaque(backgroundColor) || element.parentElement === null) return backgroundColor;
      return colorBehind(element.parentElement);
    };
    const contrast = (element: Element) => {
      const text = luminance(channelsOf(getComputedStyle(element).color).slice(0, 3));
      const behind = luminance(channelsOf(colorBehind(element)).slice(0, 3));
      return (Math.max(text, behind) + 0.05) / (Math.min(text, behind) + 0.05);
    };
    const hasText = (element: Element) =>
      [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
    return [...document.body.querySelectorAll("*")]
      .filter(
        (element) => hasText(element) && element.checkVisibility() && contrast(element) < least,
      )
      .map((element) => `${contrast(element).toFixed(1)}: ${element.textContent?.trim()}`);
  }, LEAST_CONTRAST);
}
