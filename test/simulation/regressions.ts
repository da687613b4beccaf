import { readFileSync } from "node:fs";
import { parseChoices } from "./choices.ts";
import { scenarioNamed } from "./registry.ts";
import { runScenario, type Run } from "./run.ts";

/** A run that failed once. When what it found is fixed, it stays, and must pass. */
export interface Regression {
  scenario: string;
  seed: number;
  /** As the failure's command has them. */
  choices: string;
  /** What it found. */
  found: string;
}

const FILE = `${import.meta.dirname}/regressions.json`;

export const regressions = JSON.parse(readFileSync(FILE, "utf8")) as readonly Regression[];

export function replay({ scenario, seed, choices }: Regression): Promise<Run> {
  return runScenario(scenarioNamed(scenario), seed, parseChoices(choices));
}
