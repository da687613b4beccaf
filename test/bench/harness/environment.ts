/** The instant at which every world begins: benches must not depend on the day they run. */
export const EPOCH_MS = Date.UTC(2026, 0, 1);

/**
 * Runs one execution as the backend does: the clock stands still, and randomness depends on the
 * seed alone. Executions never overlap in a bench, so replacing the globals is safe.
 */
export async function execute<Result>(
  { nowMs, seed }: { nowMs: number; seed: number },
  run: () => Promise<Result>,
): Promise<Result> {
  const { random } = Math;
  const { now } = Date;
  Math.random = seededRandom(seed);
  Date.now = () => nowMs;
  try {
    return await run();
  } finally {
    Math.random = random;
    Date.now = now;
  }
}

/** Numbers in [0, 1) from a 32-bit state: Mulberry32, by Tommy Ettinger (public domain). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A seed that differs where the text differs (FNV-1a). */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return hash;
}
