import { ConvexError } from "convex/values";
import { expect, test } from "vitest";
import { describeError } from "./describeError.js";

test("an error of the suite speaks for itself", () => {
  expect(describeError(new ConvexError({ code: "X", message: "Too long." }))).toBe("Too long.");
  expect(describeError(new ConvexError("Too long."))).toBe("Too long.");
  expect(describeError(new ConvexError({ code: "X" }))).toBe('{"code":"X"}');
});

test("a failed function is quoted without request id and stack", () => {
  const message =
    "[CONVEX M(rateLimiter:send)] [Request ID: 1f] Server Error\nUncaught Error: No such author\n    at handler (../convex/rateLimiter.ts:20:3)\n\n  Called by client";
  expect(describeError(new Error(message))).toBe("No such author");
});

test("a redacted error says as much as there is", () => {
  expect(describeError(new Error("[CONVEX M(a:b)] [Request ID: 1f] Server Error"))).toBe(
    "Server Error",
  );
});

test("a function that was not pushed comes with the way out", () => {
  const message = "[CONVEX Q(a:b)] Could not find public function for 'a:b'. Did you forget to run";
  expect(describeError(new Error(message))).toContain(
    "no function a:b. Push the example: npm start",
  );
});

test.each([undefined, null, "", new Error("")])("%j is never an empty line", (error) => {
  expect(describeError(error)).not.toBe("");
});
