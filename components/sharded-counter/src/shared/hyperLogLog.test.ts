import { expect, test } from "vitest";
import { hash64 } from "./hash.js";
import { estimateItems, REGISTERS, sketchOf, union, withHash } from "./hyperLogLog.js";

/** A sketch of the items from `from` to `to`, filled in place: a copy per item takes too long. */
function sketch(seed: string, { from = 0, to }: { from?: number; to: number }): Uint8Array {
  const registers = new Uint8Array(REGISTERS);
  for (let item = from; item < to; item++) {
    const next = withHash(registers, hash64(`${seed} ${item}`));
    if (next) registers.set(next);
  }
  return registers;
}

test("an empty sketch has seen nothing", () => {
  expect(estimateItems(new Uint8Array(REGISTERS))).toBe(0);
});

test.each(
  ["ada", "bob"].flatMap((seed) =>
    [300, 1000, 3000, 10_000, 30_000].map((n) => [seed, n] as const),
  ),
)("items of %s are estimated within 5 %%: %d of them", (seed, items) => {
  const estimate = estimateItems(sketch(seed, { to: items }));
  expect(Math.abs(estimate / items - 1)).toBeLessThan(0.05);
});

test("a million items are estimated within 5 %", () => {
  // Their registers, by the law of the longest run: a million hashes take seconds.
  const registers = new Uint8Array(REGISTERS);
  let state = 42;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  for (let index = 0; index < REGISTERS; index++) {
    const share = 1_000_000 / REGISTERS;
    registers[index] = Math.ceil(-Math.log2(1 - random() ** (1 / share)));
  }
  expect(Math.abs(estimateItems(registers) / 1_000_000 - 1)).toBeLessThan(0.05);
});

test("a union is the sketch of all items, whichever comes first", () => {
  const a = sketch("x", { to: 2000 });
  const b = sketch("x", { from: 1000, to: 3000 });
  expect(union(a, b)).toEqual(sketch("x", { to: 3000 }));
  expect(union(b, a)).toEqual(union(a, b));
  expect(union(a, a)).toEqual(a);
});

test("a hash without a one has the longest run", () => {
  expect(sketchOf([0n])[0]).toBe(53);
  expect(sketchOf([-1n]).at(-1)).toBe(1);
});

test("hashes are the same on every machine, and differ where texts do", () => {
  expect(hash64("")).not.toBe(hash64("\0"));
  const hashes = Array.from({ length: 10_000 }, (_, item) => hash64(`${item}`));
  expect(new Set(hashes).size).toBe(10_000);
  expect(hash64("ada")).toBe(hash64("ada"));
  expect(hashes.every((hash) => hash === BigInt.asIntN(64, hash))).toBe(true);
});
