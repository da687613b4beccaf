import { WITH_QUEUED_WORK } from "../harness/cost.ts";
import type { Worse } from "../harness/worse.ts";
import { labelOf } from "./labels.ts";

/** Marks a value of ours that is worse than another subject's. */
export const WORSE_MARK = " ▲";

/** Why ours is worse where the tables say so: one line for each reason. */
export function worseList(worse: readonly Worse[]): string {
  if (worse.length === 0) return "";
  const byReason = new Map<string, Worse[]>();
  for (const each of worse) {
    const because = each.reason?.because ?? "nobody has said why";
    byReason.set(because, [...(byReason.get(because) ?? []), each]);
  }
  const lines = [...byReason].map(([because, members]) => `- ${because} (${summaryOf(members)})`);
  return `Where ours is worse (${WORSE_MARK.trim()}), and why:\n\n${lines.join("\n")}`;
}

/** Which values of which workloads, and whose are better; the numbers are in the table. */
function summaryOf(members: readonly Worse[]): string {
  const listed = (names: string[]) => [...new Set(names)].join("; ");
  const values = listed(members.flatMap((each) => each.values.map(labelOf)));
  const workloads = listed(members.map(({ ours }) => ours.workload.replace(WITH_QUEUED_WORK, "")));
  const better = listed(members.map(({ than }) => than.subject));
  return `${values}, of ${workloads}. Better: ${better}`;
}

/** Whether this value is marked. */
export function isWorse(worse: readonly Worse[], ours: object, value: string): boolean {
  return worse.some((each) => each.ours === ours && each.values.includes(value));
}
