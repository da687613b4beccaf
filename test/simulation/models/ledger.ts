import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

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
 * What counters promise: an addition counts from its commit on, exactly; who sets a total does so at
 * one moment between its begin and its commit, so that additions are wiped or stay, and never half;
 * and who looks sees a total of the moment it speaks of, with what its own transaction did before.
 */
export class Ledger {
  readonly #entries: readonly Entry[];

  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
  }

  /** What a counter may count now: several values while it is open when a total was set. */
  totalsOf(name: string): Set<bigint> {
    return totalsOf(this.#entries.filter((entry) => entry.name === name));
  }

  /** Whether a counter may be told to count this. */
  allows(name: string, count: unknown): boolean {
    return [...this.totalsOf(name)].some((total) => Number(total) === count);
  }

  /** What is wrong with what was seen; null when nothing is. */
  check(): string | null {
    for (const look of this.#entries.filter(({ kind }) => kind === "look")) {
      const seen = [...totalsOf(this.#before(look))].map(Number);
      if (!seen.includes(look.count)) return `saw ${look.count} where ${seen.join(" or ")} was`;
    }
    return null;
  }

  #before(look: Entry): Entry[] {
    const before = this.#entries.slice(0, this.#entries.indexOf(look));
    return before.filter(
      ({ name, seq }) =>
        name === look.name && (look.isSerial || seq <= look.snapshot || seq === look.seq),
    );
  }
}

function totalsOf(entries: readonly Entry[]): Set<bigint> {
  return replay(entries, entries, 0n);
}

function replay(some: readonly Entry[], all: readonly Entry[], from: bigint): Set<bigint> {
  let totals = new Set([from]);
  for (const entry of some) {
    const { kind, count } = entry;
    if (kind === "add") totals = new Set([...totals].map((total) => total + BigInt(count)));
    if (kind === "set") totals = new Set([BigInt(count), ...ifSetEarly(entry, all)]);
  }
  return totals;
}

/** What comes of a total that was set as of the snapshot: what others committed since comes after. */
function ifSetEarly({ isSerial, count, snapshot, seq }: Entry, all: readonly Entry[]): Set<bigint> {
  if (isSerial) return new Set();
  const meanwhile = all.filter((other) => other.seq > snapshot && other.seq < seq);
  return replay(meanwhile, all, BigInt(count));
}
