import { plus, type Total } from "./total.js";

/** How long a bucket of a counter's history is. */
export type Unit = "hour" | "day";

export const UNITS: readonly Unit[] = ["hour", "day"];

/** Days are those of UTC. */
export const UNIT_MS: Record<Unit, number> = { hour: 3_600_000, day: 86_400_000 };

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

/** By how much a counter changed from `startAt` on, for an hour or a day, and what it was in the end. */
export interface Point {
  /** Milliseconds of UTC. */
  startAt: number;
  delta: Total;
  /** At the end of the bucket, or now if it has not ended. */
  total: Total;
}

/** The start of the hour or day in which something was committed, in milliseconds of UTC. */
export function bucketOf(seq: bigint, unit: Unit): number {
  return startOf(Number(seq / NANOSECONDS_PER_MILLISECOND), unit);
}

export function startOf(at: number, unit: Unit): number {
  return Math.floor(at / UNIT_MS[unit]) * UNIT_MS[unit];
}

/** Adds to what a bucket has. */
export function book(deltas: Map<number, Total>, startAt: number, count: Total): void {
  deltas.set(startAt, plus(deltas.get(startAt) ?? 0, count));
}
