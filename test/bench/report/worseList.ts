import type { Worse } from "../harness/worse.ts";
import { labelOf } from "./labels.ts";
import { formatNumber } from "./table.ts";

/** Marks a value of ours that is worse than another subject's. */
export const WORSE_MARK = " ▲";

/** Where ours is worse and why: one line for each workload and reason. */
export function worseList(worse: readonly Worse[]): string {
  if (worse.length === 0) return "";
  const groups = new Map<string, Worse[]>();
  for (const each of worse) {
    const heading = `**${each.ours.workload}**: ${each.reason?.because ?? "nobody has said why."}`;
    groups.set(heading, [...(groups.get(heading) ?? []), each]);
  }
  const lines = [...groups].map(([heading, members]) => `- ${heading} (${summaryOf(members)})`);
  return `Where ours is worse (${WORSE_MARK.trim()}), and why:\n\n${lines.join("\n")}`;
}

/** "bytes read: 140 against 127 (official; official, async)" for each value. */
function summaryOf(members: readonly Worse[]): string {
  const rivals = new Map<string, string[]>();
  for (const { ours, than, values } of members) {
    for (const value of values) {
      const at = ours.at === undefined ? "" : ` at ${formatNumber(ours.at)}`;
      const numbers = [ours, than].map((row) => formatNumber(row.values[value])).join(" against ");
      const text = `${labelOf(value)}${at}: ${numbers}`;
      rivals.set(text, [...(rivals.get(text) ?? []), than.subject]);
    }
  }
  return [...rivals].map(([text, names]) => `${text}, ${names.join("; ")}`).join(". ");
}

/** Whether this value is marked. */
export function isWorse(worse: readonly Worse[], ours: object, value: string): boolean {
  return worse.some((each) => each.ours === ours && each.values.includes(value));
}
