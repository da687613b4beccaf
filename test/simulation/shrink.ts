import { runScenario, type Run } from "./run.ts";

/** Runs that shrinking may take; a long trace of a slow scenario would take minutes otherwise. */
const MAX_RUNS = 1000;

/** A fault that is switched off leaves some choices without a use: its delay, its next attempt. */
const MAX_ORPHANS = 4;

/**
 * A simpler run that fails in the same way: the shortest failing prefix of the choices, then
 * operations of clients left out, and blocks of choices cut out or made calm, as long as anything
 * can be taken away.
 */
export async function shrink(failure: Run, maxRuns = MAX_RUNS): Promise<Run> {
  const shrinking = new Shrinking(failure, maxRuns);
  await shrinking.cutTail();
  let before: Run | null = null;
  while (before !== shrinking.best) {
    before = shrinking.best;
    await shrinking.dropWork();
    for (let size = before.choices.length; size >= 1; size = Math.floor(size / 2)) {
      await shrinking.simplifyBlocks(size);
    }
  }
  return shrinking.best;
}

class Shrinking {
  best: Run;
  #runsLeft: number;
  readonly #kind: string;

  constructor(failure: Run, maxRuns: number) {
    this.best = failure;
    this.#runsLeft = maxRuns;
    this.#kind = kindOf(failure);
  }

  async cutTail(): Promise<void> {
    let [passing, failing] = [0, this.best.choices.length];
    while (passing < failing && this.#runsLeft > 0) {
      const middle = Math.floor((passing + failing) / 2);
      if (await this.#stillFails(this.best.choices.slice(0, middle))) failing = middle;
      else passing = middle + 1;
    }
  }

  /** Whole operations of clients, with everything that was chosen for them. */
  async dropWork(): Promise<void> {
    const works = new Set(this.best.owners);
    works.delete(null);
    // From the last: its number stays the same when others are gone.
    for (const work of [...works].reverse()) {
      const { choices, owners } = this.best;
      await this.#stillFails(choices.filter((_, i) => owners[i] !== work));
    }
  }

  async simplifyBlocks(size: number): Promise<void> {
    for (let start = 0; start < this.best.choices.length && this.#runsLeft > 0;) {
      if (!(await this.#simplifyBlock(start, size))) start += size;
    }
  }

  /** True when the block is gone, so that the next one has taken its place. */
  async #simplifyBlock(start: number, size: number): Promise<boolean> {
    const { choices } = this.best;
    const block = choices.slice(start, start + size);
    const [before, after] = [choices.slice(0, start), choices.slice(start + size)];
    if (await this.#stillFails([...before, ...after])) return true;
    if (block.every((choice) => choice === 0)) return false;
    const calm = block.map(() => 0);
    for (let orphans = 0; orphans <= (size === 1 ? MAX_ORPHANS : 0); orphans += 1) {
      if (await this.#stillFails([...before, ...calm, ...after.slice(orphans)])) return false;
    }
    return false;
  }

  async #stillFails(choices: number[]): Promise<boolean> {
    if (this.#runsLeft <= 0) return false;
    this.#runsLeft -= 1;
    const run = await runScenario(this.best.scenario, this.best.seed, choices);
    if (run.violations.length === 0 || kindOf(run) !== this.#kind) return false;
    this.best = { ...run, choices: withoutCalmTail(choices) };
    return true;
  }
}

/** What was violated, whatever the numbers. */
function kindOf({ violations }: Run): string {
  return (violations[0] ?? "").replace(/-?[0-9.]+/g, "#").slice(0, 60);
}

/** Choices that are missing are calm anyway. */
function withoutCalmTail(choices: number[]): number[] {
  return choices.slice(0, choices.findLastIndex((choice) => choice !== 0) + 1);
}
