import { expect, test } from "vitest";
import type { Bench, Reason } from "./bench.ts";
import type { Row } from "./row.ts";
import { findWorse, problemsWith } from "./worse.ts";

const row = (subject: string, queries: number, workload = "add"): Row => ({
  component: "toy",
  workload,
  subject,
  values: { queries, documentsRead: 1 },
});

const bench = (own: readonly Reason[] = [], general: readonly Reason[] = []): Bench<unknown> => ({
  component: "toy",
  subjects: [],
  operations: [{ name: "add", run: () => Promise.resolve(), worse: own }],
  growths: [],
  contentions: [],
  worse: general,
});

const rows = [row("ours", 3), row("official", 2), row("official, fast", 1)];

const reason = { because: "it keeps a promise" };

test("ours is judged by the official one that is configured alike", () => {
  expect(findWorse(rows, [bench([reason])], 1)).toEqual([
    { ours: rows[0], than: rows[1], values: ["queries"], reason },
  ]);
  const fast = [...rows, row("ours, fast", 2)];
  expect(findWorse(fast, [bench([reason])], 1)[1]).toEqual({
    ours: fast[3],
    than: fast[2],
    values: ["queries"],
    reason,
  });
});

const unlike = [row("ours", 3), row("official, slow", 2), row("official, fast", 1)];

test("ours that none is configured like is judged by each, with the values and the reason", () => {
  expect(findWorse(unlike, [bench([reason])], 1)).toEqual([
    { ours: unlike[0], than: unlike[1], values: ["queries"], reason },
    { ours: unlike[0], than: unlike[2], values: ["queries"], reason },
  ]);
});

test("a worse row without a reason is a problem", () => {
  const benches = [bench([{ than: /slow$/, because: "it keeps a promise" }])];
  expect(problemsWith(findWorse(unlike, benches, 1), benches)).toEqual([
    `toy / add / ours is worse than "official, fast" in queries: say why, in "worse".`,
  ]);
});

test("a reason that no row needs is a problem, unless it is about time", () => {
  const benches = [
    bench([
      { because: "it keeps a promise" },
      { than: /nobody/, because: "of old times" },
      { values: ["time"], because: "it checks more" },
    ]),
  ];
  expect(problemsWith(findWorse(rows, benches, 1), benches)).toEqual([
    'No row needs the reason "of old times": remove it.',
  ]);
});

test("a reason for some values does not explain others, and the bench's reasons come last", () => {
  const own = { values: ["documentsRead"], because: "it reads more" };
  const general = { because: "it is ours" };
  const [worse] = findWorse(rows, [bench([own], [general])], 1);
  expect(worse?.reason).toBe(general);
});

test("the reasons of an operation hold for the work that it queues", () => {
  const name = "add, with the work it queues";
  const queued = [row("ours", 3, name), row("official", 2, name)];
  expect(findWorse(queued, [bench([reason])], 1)).toMatchObject([{ reason }]);
});

test("where chance decides, a little more is the same", () => {
  const close = [row("ours", 104), row("official", 100)];
  expect(findWorse(close, [bench()], 1.05)).toEqual([]);
  expect(findWorse(close, [bench()], 1)).toHaveLength(1);
});
