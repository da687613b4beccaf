import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

const HOUR_MS = 3_600_000;

/** What an app writes down of what it did to its counters, in the transactions that did it. */
export const ledgerSchema = defineSchema({
  ledger: defineTable({
    name: v.string(),
    kind: v.union(v.literal("add"), v.literal("set"), v.literal("look")),
    count: v.number(),
    isSerial: v.boolean(),
    snapshot: v.int64(),
    seq: v.commitTs(),
  }),
});

/** One line of it. Lines come in the order of their commits. */
export interface Entry {
  name: string;
  kind: "add" | "set" | "look";
  /** By how much, to what, or what was seen. */
  count: number;
  /** Whether it depends on everything committed before it; otherwise on what its snapshot holds. */
  isSerial: boolean;
  /** What the transaction saw of others, and when it was committed itself. */
  snapshot: bigint;
  seq: bigint;
}

/**
 * What counters promise: they count what was committed, exactly and in the order of commits; and who
 * looks sees the total of the moment it speaks of, with what its own transaction did before.
 */
export class Ledger {
  readonly #entries: readonly Entry[];

  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
  }

  totalOf(counter: string): bigint {
    return totalOf(this.#entries.filter(({ name }) => name === counter));
  }

  /** By how much a counter changed in each hour of its commits. */
  hoursOf(counter: string): Map<number, bigint> {
    const hours = new Map<number, bigint>();
    let total = 0n;
    for (const entry of this.#entries.filter(({ name }) => name === counter)) {
      const hour = Math.floor(Number(entry.seq / 1_000_000n) / HOUR_MS) * HOUR_MS;
      const next = after(total, entry);
      if (next !== total) hours.set(hour, (hours.get(hour) ?? 0n) + next - total);
      total = next;
    }
    return hours;
  }

  /** What is wrong with what was seen; null when nothing is. */
  check(): string | null {
    for (const [i, look] of this.#entries.entries()) {
      if (look.kind !== "look") continue;
      const total = Number(totalOf(this.#entries.slice(0, i).filter((each) => isSeen(each, look))));
      if (look.count !== total) return `saw ${look.count} where ${total} was`;
    }
    return null;
  }
}

function totalOf(entries: readonly Entry[]): bigint {
  return entries.reduce(after, 0n);
}

function after(total: bigint, { kind, count }: Entry): bigint {
  if (kind === "look") return total;
  return kind === "set" ? BigInt(count) : total + BigInt(count);
}

function isSeen({ name, seq }: Entry, look: Entry): boolean {
  return name === look.name && (look.isSerial || seq <= look.snapshot || seq === look.seq);
}
