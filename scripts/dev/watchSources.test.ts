import { expect, test } from "vitest";
import { isPushed } from "./watchSources.ts";

test("sources are pushed; tests, generated code and other files are not", () => {
  const files = ["limits.ts", "model/shards.ts", "react/useLimit.tsx", "legacy.mjs"];
  const others = ["limits.test.ts", "ctx.test-d.ts", "_generated/api.ts", "notes.md", "limits.ts~"];
  expect([...files, ...others].filter(isPushed)).toEqual(files);
});
