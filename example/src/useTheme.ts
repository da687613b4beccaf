import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark";

const STORED_AS = "theme";
const CHANGED = "themechange";

const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

/** The theme shown: the remembered choice, else what the system asks for. */
export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, shownTheme);
}

/** Shows a theme from now on, on this machine. */
export function chooseTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(STORED_AS, theme);
  } catch {
    // Storage can be switched off: then the choice lasts until the page is closed.
  }
  dispatchEvent(new Event(CHANGED));
}

function shownTheme(): Theme {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === "light" || chosen === "dark") return chosen;
  return systemIsDark.matches ? "dark" : "light";
}

function subscribe(onChange: () => void): () => void {
  addEventListener(CHANGED, onChange);
  systemIsDark.addEventListener("change", onChange);
  return () => {
    removeEventListener(CHANGED, onChange);
    systemIsDark.removeEventListener("change", onChange);
  };
}
