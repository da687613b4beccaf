import { benches } from "./benches.ts";
import { check } from "./harness/compare.ts";
import { measureContentions } from "./harness/conflicts.ts";
import { measureCosts } from "./harness/cost.ts";
import type { Bench } from "./harness/bench.ts";
import type { Results } from "./harness/row.ts";
import { measureTimes, type TimeRow } from "./harness/time.ts";
import { findWorse, problemsWith, type Worse } from "./harness/worse.ts";
import { readCommitted, writeReport } from "./report/files.ts";

export interface RunOptions {
  /** Compare with what is committed, instead of writing it. */
  isCheck: boolean;
  print: (line: string) => void;
}

/** How much more is still the same where chance decides: the simulator draws other numbers. */
const CHANCE = 1.05;

/** Measures everything. @returns whether all is well */
export async function run({ isCheck, print }: RunOptions): Promise<boolean> {
  const results = await measureResults(print);
  const worse = [
    ...findWorse(results.cost, benches, 1),
    ...findWorse(results.conflicts, benches, CHANCE),
  ];
  const problems = problemsWith(worse, benches);
  problems.forEach((problem) => print(problem));
  const isFine = isCheck
    ? check(readCommitted(), results, print)
    : await write(results, worse, print);
  return isFine && problems.length === 0;
}

async function measureResults(print: RunOptions["print"]): Promise<Results> {
  const measure = <T>(what: string, by: (bench: Bench<unknown>) => Promise<T[]>) =>
    measureAll({ what, by, print });
  return {
    cost: await measure("cost", measureCosts),
    conflicts: await measure("conflicts", measureContentions),
  };
}

async function measureAll<T>(task: {
  what: string;
  by: (bench: Bench<unknown>) => Promise<T[]>;
  print: RunOptions["print"];
}): Promise<T[]> {
  const all: T[] = [];
  for (const bench of benches) {
    const startMs = performance.now();
    const rows = await task.by(bench);
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
    task.print(`${task.what} of ${bench.component}: ${rows.length} rows in ${seconds} s`);
    all.push(...rows);
  }
  return all;
}

async function write(
  results: Results,
  worse: readonly Worse[],
  print: RunOptions["print"],
): Promise<boolean> {
  const times: TimeRow[] = await measureAll({ what: "time", by: measureTimes, print });
  for (const path of writeReport(benches, { results, times, worse })) print(`wrote ${path}`);
  return true;
}
