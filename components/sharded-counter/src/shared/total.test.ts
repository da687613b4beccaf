import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { replay, wholeTransactions, type LogEvent } from "./log.js";
import { dyadicShares, sample, wholeShares } from "./shares.js";
import { canonical, negate, plus, sum, twoSum, type Total } from "./total.js";

const wholes = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n }),
);
const cents = fc.integer({ min: -1e9, max: 1e9 }).map((amount) => amount / 100);

describe("a total", () => {
  test.prop([fc.array(wholes, { maxLength: 8 })])("of whole numbers is exact", (numbers) => {
    const exact = numbers.reduce<bigint>((before, number) => before + BigInt(number), 0n);
    fc.pre(exact >= -(2n ** 63n) && exact < 2n ** 63n);
    expect(BigInt(sum(numbers.map(canonical)))).toBe(exact);
  });

  test.prop([fc.double({ noNaN: true }), fc.double({ noNaN: true })])(
    "is finite, whatever is added",
    (a, b) => {
      expect(Number.isFinite(Number(plus(canonical(a), canonical(b))))).toBe(true);
      expect(Number.isFinite(Number(sum([a, b, a].map(canonical))))).toBe(true);
    },
  );

  test("is a number where that is exact, and a bigint beyond", () => {
    expect(plus(2 ** 53 - 1, 1)).toBe(2n ** 53n);
    expect(plus(2n ** 53n, -1)).toBe(2 ** 53 - 1);
    expect(plus(2n ** 63n - 1n, 1)).toBe(2 ** 63);
    expect(plus(0.5, 2n ** 53n)).toBe(2 ** 53);
    expect(Object.is(plus(-0, -0), 0)).toBe(true);
    expect(Object.is(negate(0), 0)).toBe(true);
    expect(negate(-(2n ** 63n))).toBe(2 ** 63);
  });

  test.prop([fc.array(cents, { maxLength: 50 })])(
    "of fractions is right to more digits than they have",
    (amounts) => {
      const exact = amounts.reduce((before, amount) => before + Math.round(amount * 100), 0) / 100;
      expect(Number(sum(amounts))).toBeCloseTo(exact, 6);
      expect(Number(sum([...amounts].reverse()))).toBeCloseTo(exact, 6);
    },
  );

  test.prop([cents, cents])("keeps what rounding loses", (a, b) => {
    const { sum: rounded, lost } = twoSum(a, b);
    expect(rounded).toBe(a + b);
    expect(twoSum(rounded, lost)).toEqual({ sum: rounded, lost });
  });
});

describe("dyadic shares", () => {
  const counts = fc.integer({ min: 1, max: 100 });

  test.prop([fc.oneof(fc.maxSafeInteger(), cents), counts], { numRuns: 500 })(
    "add up to the total exactly, in any order, and are equal",
    (total, count) => {
      const shares = dyadicShares(total, count);
      expect(shares).toHaveLength(count);
      const forwards = shares.reduce<number>((before, share) => before + Number(share), 0);
      const backwards = shares.reduceRight<number>((before, share) => before + Number(share), 0);
      expect([forwards, backwards, sum(shares)]).toEqual([total + 0, total + 0, total + 0]);
      const unit = 2 ** (Math.ceil(Math.log2(Math.abs(total) + 1)) - 44);
      for (const share of shares)
        expect(Math.abs(Number(share) * count - total)).toBeLessThanOrEqual(count * count * unit);
    },
  );

  test.prop([fc.bigInt({ min: 2n ** 53n, max: 2n ** 62n }), counts])(
    "of what is beyond numbers are exact, too",
    (total, count) => {
      const shares = dyadicShares(total, count);
      expect(shares.reduce<bigint>((before, share) => before + BigInt(share), 0n)).toBe(total);
    },
  );
});

describe("whole shares", () => {
  const total = fc.integer({ min: -1e6, max: 1e6 });
  const counts = fc.integer({ min: 1, max: 50 });

  test.prop([total, total, counts])("add up, and grow with the total", (a, b, count) => {
    const [less, more] = [Math.min(a, b), Math.max(a, b)].map((one) => wholeShares(one, count));
    expect(less?.reduce((before, share) => before + share, 0)).toBe(Math.min(a, b));
    for (const [index, share] of (less ?? []).entries())
      expect(share).toBeLessThanOrEqual(more?.[index] ?? NaN);
  });

  test("of no limit are no limits", () => {
    expect(wholeShares(Infinity, 2)).toEqual([Infinity, Infinity]);
  });
});

test.prop([
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 0, max: 40 }),
  fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1 }),
])("a sample has no number twice", (of, wanted, draws) => {
  const count = Math.min(of, wanted);
  let draw = 0;
  const chosen = sample(count, of, () => draws[draw++ % draws.length] ?? 0);
  expect(new Set(chosen).size).toBe(count);
  expect(chosen.every((number) => number >= 0 && number < of)).toBe(true);
});

describe("a log", () => {
  const events = fc.array(
    fc.record({
      kind: fc.constantFrom<LogEvent["kind"]>("add", "add", "add", "set"),
      count: fc.oneof(cents, wholes.map(canonical)),
      seq: fc.bigInt({ min: 1n, max: 5n }),
    }),
  );

  test.prop([events, fc.nat()])(
    "gives the same total from any point on, bit by bit",
    (log, cut) => {
      const at = cut % (log.length + 1);
      const checkpoint: Total = replay(0, log.slice(0, at));
      expect(replay(checkpoint, log.slice(at))).toBe(replay(0, log));
    },
  );

  test("that was cut off ends with a whole transaction", () => {
    const log = [1n, 1n, 2n, 3n, 3n].map((seq) => ({ kind: "add", count: 1, seq }) as const);
    expect(wholeTransactions(log, false)).toHaveLength(5);
    expect(wholeTransactions(log, true)).toHaveLength(3);
    expect(wholeTransactions(log.slice(3), true)).toEqual([]);
  });
});
