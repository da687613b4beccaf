/** A colour token as the canvas needs it: resolved for the theme that is shown. */
export function cssColor(name: string, element: HTMLElement): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
