import { expect, test } from "vitest";
import { CommitClock } from "../clock.ts";
import type { FunctionRequest, FunctionRunner, QueryRun } from "../functions/functionRunner.ts";
import type { DocumentWrite, Read } from "../recorder/recording.ts";
import { Subscriptions } from "./subscriptions.ts";

/*
 * Commits that arrive while queries run, at moments a real backend would hit once in a thousand.
 */

/** Runs `during` in the middle of each query; a query reads the table it is called after. */
function watch(during: (table: string, runs: number) => void) {
  const runs = new Map<string, number>();
  const runner = {
    async query({ udfPath }: FunctionRequest): Promise<QueryRun> {
      const count = (runs.get(udfPath) ?? 0) + 1;
      runs.set(udfPath, count);
      await Promise.resolve();
      during(udfPath, count);
      const reads: Read[] = [{ kind: "table", component: "", table: udfPath }];
      return { outcome: { ok: true, value: count, logLines: [] }, reads, journal: null };
    },
  } as unknown as FunctionRunner;
  const stats = { commits: 0, reruns: 0, skipped: 0, connections: 0 };
  const subscriptions = new Subscriptions({
    ...{ runner, stats, isSelective: true },
    indexFields: () => [],
  });
  for (const [id, udfPath] of ["a", "b"].entries()) {
    subscriptions.add(id, { udfPath, args: {} } as FunctionRequest, null);
  }
  return { subscriptions, runs, stats };
}

function writeTo(table: string): DocumentWrite[] {
  return [{ component: "", table, id: "1", before: null, after: {} }];
}

test("a query that a commit touches while it runs is run again before it is sent", async () => {
  const { subscriptions, runs } = watch((table, count) => {
    if (table === "a" && count === 1) subscriptions.invalidate(writeTo("a"));
  });
  expect(await subscriptions.refresh()).toMatchObject([
    { queryId: 0, value: 2 },
    { queryId: 1, value: 1 },
  ]);
  expect(runs).toEqual(
    new Map([
      ["a", 2],
      ["b", 1],
    ]),
  );
});

test("a query that a commit touches while another runs is sent as of after it", async () => {
  const { subscriptions } = watch((table, count) => {
    if (table === "b" && count === 1) subscriptions.invalidate(writeTo("a"));
  });
  expect(await subscriptions.refresh()).toMatchObject([{ value: 2 }, { value: 1 }]);
  expect(subscriptions.isStale).toBe(false);
});

test("a commit that does not touch the running query does not run it again", async () => {
  const { subscriptions, runs } = watch(() => subscriptions.invalidate(writeTo("c")));
  await subscriptions.refresh();
  expect([...runs.values()]).toEqual([1, 1]);
});

test("under an endless stream of commits the client gets results, and stays stale", async () => {
  const { subscriptions, stats } = watch(() => subscriptions.invalidate(writeTo("a")));
  expect(await subscriptions.refresh()).toHaveLength(2);
  expect(subscriptions.isStale).toBe(true);
  expect(stats.reruns).toBe(4);
});

test("a subscription that is removed while it runs is not sent", async () => {
  const { subscriptions } = watch((table) => {
    if (table === "a") subscriptions.remove(0);
  });
  expect(await subscriptions.refresh()).toMatchObject([{ queryId: 1 }]);
});

test("a result that did not change is not sent again", async () => {
  const outcome = { ok: true as const, value: "same", logLines: [] };
  const reads: Read[] = [{ kind: "table", component: "", table: "a" }];
  const query = () => Promise.resolve({ outcome, reads, journal: null });
  const subscriptions = new Subscriptions({
    runner: { query } as unknown as FunctionRunner,
    stats: { commits: 0, reruns: 0, skipped: 0, connections: 0 },
    isSelective: true,
    indexFields: () => [],
  });
  subscriptions.add(1, { udfPath: "a", args: {} } as FunctionRequest, null);
  expect(await subscriptions.refresh()).toHaveLength(1);
  subscriptions.invalidate(writeTo("a"));
  expect(await subscriptions.refresh()).toEqual([]);
});

test("timestamps grow also within one millisecond", () => {
  const clock = new CommitClock();
  const times = Array.from({ length: 100 }, () => clock.advance());
  expect(times).toEqual(times.toSorted((a, b) => (a < b ? -1 : 1)));
  expect(new Set(times).size).toBe(100);
});
