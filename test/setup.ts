import { afterEach, beforeEach, expect, vi } from "vitest";

/**
 * The "(limits)" projects set this variable: the backend's transaction limits are then enforced in
 * every suite, which convex-test does only on request.
 */
const TRANSACTION_LIMITS = "CONVEX_TEST_TRANSACTION_LIMITS";

type ConvexTestFunction = (first?: unknown, modules?: unknown) => unknown;

vi.mock("convex-test", async (importOriginal) => {
  const original = await importOriginal<{ convexTest: ConvexTestFunction }>();
  if (process.env[TRANSACTION_LIMITS] !== "true") return original;
  const convexTest: ConvexTestFunction = (first, modules) => {
    const options = isOptions(first) ? first : { schema: first, modules };
    return original.convexTest({ ...options, transactionLimits: true });
  };
  return { ...original, convexTest };
});

function isOptions(first: unknown): first is object {
  return typeof first === "object" && first !== null && ("modules" in first || "schema" in first);
}

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
