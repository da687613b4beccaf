import { expect, test } from "vitest";
import { readableFailure } from "./convexCli.ts";

test("a refused push is one line: the server's", () => {
  const output = [
    "▌ Deploying code to deployment:",
    "▌ └─ http://127.0.0.1:3210",
    "- Deploying to http://127.0.0.1:3210...",
    "- Uploading functions to Convex...",
    "✖ Error: Unable to start push to http://127.0.0.1:3210",
    '✖ Error fetching POST  http://127.0.0.1:3210/api/deploy2/start_push 400 Bad Request: InvalidModules: "bad.js" threw',
  ];
  expect(readableFailure(output.join("\n"))).toBe('InvalidModules: "bad.js" threw');
});

test("what esbuild says is said once, without advice about externals", () => {
  const output = [
    "- Finding component definitions...",
    '✘ [ERROR] Could not resolve "@nope/counter"',
    "",
    "    convex/convex.config.ts:2:20:",
    "",
    '  You can mark the path "@nope/counter" as external to exclude it from the bundle.',
    "",
    "✖ esbuild failed: Error: Build failed with 1 error:",
    'convex/convex.config.ts:2:20: ERROR: Could not resolve "@nope/counter"',
  ];
  expect(readableFailure(output.join("\n"))).toBe(
    '✘ [ERROR] Could not resolve "@nope/counter"\n    convex/convex.config.ts:2:20:',
  );
});

test("colours and spinner frames are gone", () => {
  const output =
    "\u001b[31m⠋ Deploying to http://127.0.0.1:3210...\u001b[0m\r\u001b[31m✖ No space left\u001b[0m\n";
  expect(readableFailure(output)).toBe("No space left");
});

test("output that is all progress is shown rather than nothing", () => {
  expect(readableFailure("- Deploying...\n")).toBe("- Deploying...");
});
