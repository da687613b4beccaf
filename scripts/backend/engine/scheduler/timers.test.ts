import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { FunctionDirectory } from "../functions/functionDirectory.ts";
import type { DocumentWrite } from "../recorder/recording.ts";
import { Scheduler } from "./scheduler.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function started() {
  const found: string[] = [];
  const findAny = (path: string) => {
    found.push(path);
    return Promise.reject(new Error("only its start is watched"));
  };
  const lines: string[] = [];
  const scheduler = new Scheduler({
    directory: { findAny } as unknown as FunctionDirectory,
    print: (line) => lines.push(line),
    transact: () => Promise.reject(new Error("not reached")),
    runAction: () => Promise.reject(new Error("not reached")),
  });
  return { scheduler, found, lines };
}

function scheduled(afterMs: number): DocumentWrite {
  const scheduledTime = Date.now() + afterMs;
  const after = { state: { kind: "pending" }, scheduledTime, args: [{}] };
  const job = { component: "", table: "_scheduled_functions", id: "1", before: null, after };
  return { ...job, functionHandle: "function://;m:f" };
}

test("a job further away than a timer can wait runs at its time", async () => {
  const { scheduler, found } = started();
  scheduler.onCommit([scheduled(40 * DAY_MS)]);
  await vi.advanceTimersByTimeAsync(39 * DAY_MS);
  expect(found).toEqual([]);
  await vi.advanceTimersByTimeAsync(DAY_MS);
  expect(found).toEqual(["m:f"]);
});

test("a job whose time is over runs now", async () => {
  const { scheduler, found, lines } = started();
  scheduler.onCommit([scheduled(-DAY_MS)]);
  await vi.advanceTimersByTimeAsync(0);
  expect(found).toEqual(["m:f"]);
  expect(lines).toEqual(["Scheduled function m:f did not run: Error: only its start is watched"]);
});

test("a closed scheduler starts nothing", async () => {
  const { scheduler, found } = started();
  scheduler.onCommit([scheduled(DAY_MS)]);
  scheduler.close();
  scheduler.onCommit([scheduled(0)]);
  await vi.advanceTimersByTimeAsync(2 * DAY_MS);
  expect(found).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
