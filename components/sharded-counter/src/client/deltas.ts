import { plus, type Total } from "../shared/total.js";

/** Changes by name: pairs for names that many users choose, a record for names that the code knows. */
export type Deltas<Name extends string, Amount> =
  Partial<Record<Name, Amount>> | readonly (readonly [Name, Amount])[];

export function pairsOf<Name extends string, Amount>(
  deltas: Deltas<Name, Amount>,
): (readonly [Name, Amount])[] {
  if (isPairs(deltas)) return [...deltas];
  return Object.entries<Amount | undefined>(deltas).flatMap(([name, amount]) =>
    amount === undefined ? [] : [[name as Name, amount] as const],
  );
}

function isPairs<Name extends string, Amount>(
  deltas: Deltas<Name, Amount>,
): deltas is readonly (readonly [Name, Amount])[] {
  return Array.isArray(deltas);
}

/** One change per name, and none for names that do not change. */
export function merge<Name extends string>(
  pairs: readonly (readonly [Name, Total])[],
): Map<Name, Total> {
  const sums = new Map<Name, Total>();
  for (const [name, amount] of pairs) sums.set(name, plus(sums.get(name) ?? 0, amount));
  for (const [name, amount] of sums) if (amount === 0) sums.delete(name);
  return sums;
}
