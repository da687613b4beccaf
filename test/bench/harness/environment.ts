import { randomNumbers } from "../../simulation/choices.ts";

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
  Math.random = randomNumbers(seed);
  Date.now = () => nowMs;
  try {
    return await run();
  } finally {
    Math.random = random;
    Date.now = now;
  }
}

/** A seed that differs where the text differs (FNV-1a). */
export function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return hash;
}
