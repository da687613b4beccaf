/** How the values of a row are called in a table, in the order of the columns. */
export const COST_LABELS = {
  queries: "queries",
  documentsRead: "documents read",
  documentsWritten: "documents written",
  bytesRead: "bytes read",
  bytesWritten: "bytes written",
  nestedCalls: "nested calls",
  scheduled: "scheduled",
} as const;

export const CONFLICT_LABELS = {
  conflictsPer1000: "conflicts per 1,000",
  meanAttempts: "mean attempts",
  failedPer1000: "failed per 1,000",
  p50Ms: "p50 ms",
  p95Ms: "p95 ms",
  backgroundConflicts: "background conflicts",
} as const;

const LABELS: Readonly<Record<string, string>> = { ...COST_LABELS, ...CONFLICT_LABELS };

export function labelOf(value: string): string {
  return LABELS[value] ?? value;
}
