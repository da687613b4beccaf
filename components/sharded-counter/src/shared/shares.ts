import { canonical, type Total } from "./total.js";

/** Bits of a share: the sum of any of them, and whole numbers added later, then stay exact. */
const SHARE_BITS = 44;

/**
 * Splits a total into equal shares whose sum is the total exactly, in whatever order they are added:
 * equal up to a multiple of a power of two, with the rest on the first. A plain division by a number
 * that is not a power of two would round, and `count === n` would fail.
 */
export function dyadicShares(total: Total, count: number): Total[] {
  if (typeof total === "bigint") {
    const share = total / BigInt(count);
    const first = total - share * BigInt(count - 1);
    return shares(canonical(first), canonical(share), count);
  }
  const unit = 2 ** (Math.ceil(Math.log2(Math.abs(total) + 1)) - SHARE_BITS);
  const share = Math.trunc(total / count / unit) * unit;
  return shares(canonical(total - share * (count - 1)), canonical(share), count);
}

function shares(first: Total, others: Total, count: number): Total[] {
  return [first, ...Array.from({ length: count - 1 }, () => others)];
}

/**
 * Splits a whole number into whole shares that differ by at most 1, the larger ones first. Monotonic:
 * every share of a larger number is at least as large. An infinite number has infinite shares.
 */
export function wholeShares(total: number, count: number): number[] {
  if (!Number.isFinite(total)) return Array.from({ length: count }, () => total);
  const share = Math.floor(total / count);
  const rest = total - share * count;
  return Array.from({ length: count }, (_, index) => share + (index < rest ? 1 : 0));
}

/**
 * `count` different ones of the numbers from 0 to `of - 1`, each as likely as any other.
 *
 * @param random From 0 to 1, drawn anew at every call.
 */
export function sample(count: number, of: number, random: () => number): number[] {
  const numbers = Array.from({ length: of }, (_, index) => index);
  for (let index = 0; index < count; index++) {
    const other = index + Math.floor(random() * (of - index));
    const chosen = numbers[other] ?? index;
    numbers[other] = numbers[index] ?? other;
    numbers[index] = chosen;
  }
  return numbers.slice(0, count);
}
