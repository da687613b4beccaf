import { SUPPORT } from "@convex-suite/rate-limiter";
import { expect, test } from "vitest";
import { isSupported, KIND_NAMES, KINDS, MODE_NAMES } from "./catalog.js";

test("every kind of the component is in the catalog", () => {
  expect(KIND_NAMES).toEqual(Object.keys(SUPPORT));
});

test("a kind that counts tokens has a limit for each mode that it supports, and no other", () => {
  for (const kind of KIND_NAMES.filter((kind) => SUPPORT[kind].includes("tokens")))
    expect(Object.keys(KINDS[kind].names)).toEqual(
      MODE_NAMES.filter((mode) => isSupported(kind, mode)),
    );
});
