import { expect, test } from "vitest";
import { measureConflicts, type ConflictWorkload, type Operation } from "./conflicts.ts";
import {
  counterApp,
  earlierAggregateApp,
  queuedAggregateApp,
  rateLimiterApp,
} from "./official/apps.ts";
import { app } from "./scenario.ts";

const call = (name: string, args: Operation["args"] = {}): Operation => ({
  mutation: app.mutation(name),
  args,
});

const insertRandom: ConflictWorkload["operation"] = ({ id, i, choices }) =>
  call("insert", { key: choices.draw(1e6), id: `${id}-${i}` });

const tree = (rootLazy: boolean, rows: number) => ({
  operation: insertRandom,
  prepare: [
    call("clear", { rootLazy }),
    ...Array.from({ length: rows }, (_, i) =>
      call("insert", { key: (i * 7919) % 1_000_003, id: `seed${i}` }),
    ),
  ],
});

const counter = (shards: number) => ({ app: counterApp(shards), operation: () => call("add") });
const limiter = (mode: Parameters<typeof rateLimiterApp>[0]) => ({
  app: rateLimiterApp(mode),
  operation: () => call("limit"),
});

/** What another simulator measured for 32 clients of 20 mutations, seed 7: platform.md, D. */
const MEASURED_ELSEWHERE = [
  { name: "counter of 1 shard", ...counter(1), per1000: 2206, attempts: 2.96 },
  { name: "counter of 4 shards", ...counter(4), per1000: 1036, attempts: 1.98 },
  { name: "counter of 16 shards", ...counter(16), per1000: 461, attempts: 1.46 },
  { name: "counter of 64 shards", ...counter(64), per1000: 167, attempts: 1.17 },
  { name: "limiter", ...limiter({}), per1000: 2206, attempts: 2.96 },
  { name: "limiter of 4 shards", ...limiter({ shards: 4 }), per1000: 1456, attempts: 2.36 },
  { name: "limiter of 16 shards", ...limiter({ shards: 16 }), per1000: 697, attempts: 1.69 },
  {
    name: "limiter that queues",
    ...limiter({ applyUpdates: "asynchronously" }),
    per1000: 34,
    attempts: 1.03,
  },
  {
    name: "aggregate 0.2.2",
    app: earlierAggregateApp(),
    ...tree(false, 500),
    per1000: 2130,
    attempts: 2.89,
  },
  {
    name: "aggregate 0.2.2 with a lazy root",
    app: earlierAggregateApp(),
    ...tree(true, 500),
    per1000: 869,
    attempts: 1.84,
  },
  {
    name: "aggregate that queues",
    app: queuedAggregateApp(),
    ...tree(true, 0),
    per1000: 25,
    attempts: 1.03,
  },
];

test.each(MEASURED_ELSEWHERE)(
  "the official $name conflicts as measured elsewhere",
  async ({ per1000, attempts, ...workload }) => {
    const report = await measureConflicts({ clients: 32, operations: 20, seed: 7, ...workload });
    expect(report.mutations).toBe(640);
    expect(Math.abs(report.conflictsPer1000 / per1000 - 1)).toBeLessThan(0.15);
    expect(Math.abs(report.meanAttempts / attempts - 1)).toBeLessThan(0.15);
  },
);

test("the same workload gives the same report, and another seed another one", async () => {
  const workload = { ...counter(4), clients: 8, operations: 5 };
  const report = await measureConflicts({ ...workload, seed: 1 });
  expect(await measureConflicts({ ...workload, seed: 1 })).toEqual(report);
  expect(await measureConflicts({ ...workload, seed: 2 })).not.toEqual(report);
});

test("a client alone conflicts with nobody", async () => {
  const workload = { ...counter(1), clients: 1, operations: 20, seed: 1 };
  expect(await measureConflicts(workload)).toMatchObject({
    conflictsPer1000: 0,
    meanAttempts: 1,
    gaveUp: 0,
    where: {},
  });
});
