/*
 * A HyperLogLog sketch: 4,096 registers, each holding the longest run of zeros seen in the hashes that
 * it is responsible for. Source: P. Flajolet and others, "HyperLogLog: the analysis of a near-optimal
 * cardinality estimation algorithm", 2007.
 */

const PRECISION = 12;

/** Registers, one byte each. The standard error is 1.04 over the root of their number: 1.6 %. */
export const REGISTERS = 2 ** PRECISION;

/** Bits of a hash that the register's number leaves. */
const RUN_BITS = 64 - PRECISION;

/** 1 over 2 ln 2. */
const ALPHA = 0.5 / Math.LN2;

/** The sketch with one more item, or null if it knows the item already, or one like it. */
export function withHash(registers: Uint8Array, hash: bigint): Uint8Array | null {
  const bits = BigInt.asUintN(64, hash);
  const index = Number(bits >> BigInt(RUN_BITS));
  const run = runOf(BigInt.asUintN(RUN_BITS, bits));
  if ((registers[index] ?? 0) >= run) return null;
  const next = registers.slice();
  next[index] = run;
  return next;
}

/** Zeros before the first one of a hash's other bits, and one more. */
function runOf(bits: bigint): number {
  return bits === 0n ? RUN_BITS + 1 : RUN_BITS - bits.toString(2).length + 1;
}

export function sketchOf(hashes: readonly bigint[]): Uint8Array {
  return hashes.reduce<Uint8Array>(
    (registers, hash) => withHash(registers, hash) ?? registers,
    new Uint8Array(REGISTERS),
  );
}

/** The sketch of all items of both. */
export function union(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((run, index) => Math.max(run, b[index] ?? 0));
}

/**
 * How many items a sketch has seen, within 1.6 % as a rule, and without a bias at any size.
 * Source: O. Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", 2017, algorithm 6.
 */
export function estimateItems(registers: Uint8Array): number {
  const counts = new Array<number>(RUN_BITS + 2).fill(0);
  for (const run of registers) counts[run] = (counts[run] ?? 0) + 1;
  let z = REGISTERS * tau(1 - (counts[RUN_BITS + 1] ?? 0) / REGISTERS);
  for (let run = RUN_BITS; run >= 1; run--) z = 0.5 * (z + (counts[run] ?? 0));
  z += REGISTERS * sigma((counts[0] ?? 0) / REGISTERS);
  return Math.round((ALPHA * REGISTERS * REGISTERS) / z);
}

/** What registers that saw nothing contribute. Ends when a term is too small to change the sum. */
function sigma(x: number): number {
  if (x === 1) return Infinity;
  let sum = x;
  let power = x;
  let weight = 1;
  for (let before = NaN; before !== sum; weight += weight) {
    before = sum;
    power *= power;
    sum += power * weight;
  }
  return sum;
}

/** What registers that are full contribute. Ends when a term is too small to change the sum. */
function tau(x: number): number {
  if (x === 0 || x === 1) return 0;
  let sum = 1 - x;
  let root = x;
  let weight = 1;
  for (let before = NaN; before !== sum;) {
    before = sum;
    root = Math.sqrt(root);
    weight *= 0.5;
    sum -= (1 - root) ** 2 * weight;
  }
  return sum / 3;
}
