import { afterEach, beforeEach, expect, vi } from "vitest";

/**
 * A test that prints hides the next one's output, and a library that prints does so in its users'
 * terminals. A test that expects output replaces the console method itself (`vi.spyOn`).
 */
const METHODS = ["log", "info", "warn", "error", "debug"] as const;

let printed: string[] = [];

beforeEach(() => {
  printed = [];
  for (const method of METHODS) {
    vi.spyOn(console, method).mockImplementation((...args: unknown[]) => {
      printed.push(`console.${method}: ${args.map(String).join(" ")}`);
    });
  }
});

afterEach(() => {
  vi.restoreAllMocks();
  expect(printed, "a test must not print").toEqual([]);
});
