import { defineConfig } from "tsup";

/**
 * One module per file, because the Convex CLI reads a component's functions from
 * `dist/component/*.js`. Declarations come from tsc: tsup's own take ten times as long and merge
 * modules into hashed chunks.
 */
export default defineConfig({
  entry: ["src/**/*.{ts,tsx}", "!src/**/*.test.*", "!src/**/*.test-d.*", "!src/test.ts"],
  format: ["esm"],
  target: "es2022",
  platform: "neutral",
  bundle: false,
  splitting: false,
  sourcemap: true,
  clean: true,
  dts: false,
  onSuccess: "tsc -p tsconfig.build.json",
});
