/**
 * An exact sum. Whole numbers below 2^53 and fractions are numbers, whole numbers from there to
 * 2^63 are bigints: so whole numbers add up exactly, and what is stored stays small.
 */
export type Total = number | bigint;

const INT64_LIMIT = 2n ** 63n;

/**
 * Adds exactly while both are whole and below 2^63, and as floating point numbers otherwise.
 * Never makes NaN or an infinity: what is too large for a number is the largest number.
 */
export function plus(a: Total, b: Total): Total {
  if (!isExact(a) || !isExact(b)) return clamp(Number(a) + Number(b));
  const sum = typeof a === "number" && typeof b === "number" ? a + b : NaN;
  return Number.isSafeInteger(sum) ? noNegativeZero(sum) : canonical(BigInt(a) + BigInt(b));
}

export function negate(total: Total): Total {
  return typeof total === "bigint" ? canonical(-total) : noNegativeZero(-total);
}

/**
 * A sum that does not depend on the order: exact for whole numbers and for what adds up to one, such
 * as equal shares; compensated for fractions.
 * Source of the compensation: A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation
 * endlicher Summen", 1974.
 */
export function sum(totals: readonly Total[]): Total {
  let wholes: Total = 0;
  let fractions = 0;
  let lost = 0;
  for (const total of totals) {
    const { whole, fraction } = split(total);
    const parts = twoSum(fractions, fraction);
    wholes = plus(wholes, whole);
    fractions = parts.sum;
    lost += parts.lost;
  }
  return plus(wholes, clamp(fractions + (Number.isFinite(lost) ? lost : 0)));
}

/** A total's whole part, and what is left of it: a number too large to be exact is left whole. */
export function split(total: Total): { whole: Total; fraction: number } {
  if (typeof total === "bigint") return { whole: total, fraction: 0 };
  const whole = Math.trunc(total);
  return isExact(whole) ? { whole, fraction: total - whole } : { whole: 0, fraction: total };
}

/**
 * What `a + b` rounds to, and what the rounding lost: the two together are exact.
 * Source: D. E. Knuth, "The Art of Computer Programming", volume 2, 4.2.2, theorem B.
 */
export function twoSum(a: number, b: number): { sum: number; lost: number } {
  const sum = a + b;
  const right = sum - a;
  return { sum, lost: a - (sum - right) + (b - right) };
}

/** The same value in the one form in which it is stored. */
export function canonical(total: Total): Total {
  if (typeof total === "number") return noNegativeZero(clamp(total));
  if (total >= -INT64_LIMIT && total < INT64_LIMIT) {
    const number = Number(total);
    return Number.isSafeInteger(number) ? number : total;
  }
  return Number(total);
}

function isExact(total: Total): boolean {
  if (typeof total === "bigint") return true;
  return Number.isInteger(total) && Math.abs(total) < Number(INT64_LIMIT);
}

function clamp(value: number): number {
  return Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
}

function noNegativeZero(value: number): number {
  return value === 0 ? 0 : value;
}
