import { expect, test } from "vitest";
import type { LoadedApp } from "../app.ts";
import { PendingPushes } from "./pendingPushes.ts";

test("a push can be taken once", () => {
  const pending = new PendingPushes();
  const app = emptyApp();
  const pushId = pending.add(app);
  expect(pending.take(pushId)).toBe(app);
  expect(pending.take(pushId)).toBeUndefined();
});

test("only the newest pushes are kept", () => {
  const pending = new PendingPushes();
  const pushIds = Array.from({ length: PendingPushes.MAX_PENDING + 1 }, () =>
    pending.add(emptyApp()),
  );
  expect(pushIds.map((pushId) => pending.take(pushId) !== undefined)).toEqual([
    false,
    ...Array<boolean>(PendingPushes.MAX_PENDING).fill(true),
  ]);
});

function emptyApp(): LoadedApp {
  return { root: { path: "", schema: null, modules: {} }, components: [] };
}
