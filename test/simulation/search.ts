import { formatChoices } from "./choices.ts";
import { runScenario, type Run } from "./run.ts";
import type { Scenario } from "./scenario.ts";

/** Runs one seed after the other until one fails; null when none does. */
export async function findFailure(
  scenario: Scenario,
  { first = 1, seeds, onRun }: { first?: number; seeds: number; onRun?: (run: Run) => void },
): Promise<Run | null> {
  for (let seed = first; seed < first + seeds; seed += 1) {
    const run = await runScenario(scenario, seed);
    onRun?.(run);
    if (run.violations.length > 0) return run;
  }
  return null;
}

/** Everything needed to understand a failing run, and the command that runs it again. */
export function describeFailure({ scenario, seed, choices, violations, trace }: Run): string {
  return [
    `${scenario.name}, seed ${seed}: ${violations[0]}`,
    ...trace.map((line) => `  ${line}`),
    "Run it again:",
    `  npm run simulate -- --scenario ${scenario.name} --seed ${seed} ` +
      `--choices ${formatChoices(choices) || "0"}`,
  ].join("\n");
}
