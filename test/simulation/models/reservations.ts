/** One step of the books: a request, or the end of a reservation. */
export interface Step {
  kind: "take" | "reserve" | "settle" | "charge" | "refund";
  ok: boolean;
  count: number;
  at: number;
  reservation?: string;
  expiresAt?: number;
}

/** What is used after all steps, and what should not have been answered. */
export function balance(steps: readonly Step[]): { used: number; wrong: string | null } {
  const open = new Map<string, { count: number; expiresAt: number }>();
  let used = 0;
  let latestAt = -Infinity;
  for (const { kind, ok, count, at, reservation = "", expiresAt = 0 } of steps) {
    latestAt = Math.max(latestAt, at);
    if (kind === "settle") {
      const reserved = open.get(reservation);
      const isOpen = reserved !== undefined && reserved.expiresAt > at;
      if (ok && !isOpen) return { used, wrong: "was settled that was settled or had expired" };
      if (!ok && reserved && reserved.expiresAt > latestAt) return { used, wrong: "was lost" };
      if (ok) used = Math.max(0, used + count - (reserved?.count ?? 0));
      open.delete(reservation);
    } else if (kind === "refund") used = Math.max(0, used - count);
    else if (ok) used += count;
    if (kind === "reserve" && ok) open.set(reservation, { count, expiresAt });
  }
  return { used, wrong: null };
}
