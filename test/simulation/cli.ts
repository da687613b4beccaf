import { parseArgs } from "node:util";
import { parseChoices } from "./choices.ts";
import { regressions, replay } from "./regressions.ts";
import { scenarioNamed, scenariosOf } from "./registry.ts";
import { runScenario, type Run } from "./run.ts";
import type { Scenario } from "./scenario.ts";
import { describeFailure, findFailure } from "./search.ts";
import { shrink } from "./shrink.ts";

const DEFAULT_SEEDS = 200;

export const USAGE = `npm run simulate -- [options]
  --component <name>    its scenarios only; @default all components
  --scenario <name>     one scenario, such as "rate-limiter/token-bucket"
  --seeds <count>       how many seeds; @default ${DEFAULT_SEEDS}
  --first <seed>        the first of them; @default 1
  --seed <seed>         one run, with its trace
  --choices <list>      with --seed: repeats a run that was made simpler`;

type Print = (text: string) => void;

/** `npm run simulate`. @returns how many scenarios failed that should not. */
export async function simulate(args: string[], print: Print): Promise<number> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args,
    options: {
      component: text,
      scenario: text,
      seeds: text,
      first: text,
      seed: text,
      choices: text,
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    print(USAGE);
    return 0;
  }
  const { scenario, component, choices } = values;
  if (values.seed !== undefined || choices !== undefined) {
    if (scenario === undefined) throw new Error(`A seed is of a scenario.\n${USAGE}`);
    const seed = numberOf("seed", values.seed, 1);
    return repeat({ scenario: scenarioNamed(scenario), seed, choices }, print);
  }
  const chosen = scenario === undefined ? scenariosOf(component) : [scenarioNamed(scenario)];
  const seeds = numberOf("seeds", values.seeds, DEFAULT_SEEDS);
  return explore(chosen, { seeds, first: numberOf("first", values.first, 1) }, print);
}

function numberOf(name: string, text: string | undefined, otherwise: number): number {
  const number = text === undefined ? otherwise : Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new Error(`--${name} is a whole number, not "${text}".\n${USAGE}`);
}

async function repeat(
  { scenario, seed, choices }: { scenario: Scenario; seed: number; choices: string | undefined },
  print: Print,
): Promise<number> {
  const replayed = choices === undefined ? null : parseChoices(choices);
  const run = await runScenario(scenario, seed, replayed);
  print(run.violations.length > 0 ? describeFailure(run) : run.trace.join("\n"));
  if (run.violations.length > 0) return 1;
  print(`${scenario.name}, seed ${seed}: everything held (trace ${run.hash}).`);
  return 0;
}

async function explore(
  scenarios: readonly Scenario[],
  range: { seeds: number; first: number },
  print: Print,
): Promise<number> {
  let failed = 0;
  const names = new Set(scenarios.map(({ name }) => name));
  for (const regression of regressions.filter(({ scenario }) => names.has(scenario))) {
    if (!report(await replay(regression), print)) failed += 1;
  }
  for (const scenario of scenarios) {
    const startMs = performance.now();
    let runs = 0;
    const failure = await findFailure(scenario, {
      ...range,
      onRun: () => {
        runs += 1;
        if (runs % 100 === 0) print(`${scenario.name}: ${runs} of ${range.seeds} seeds`);
      },
    });
    const perSecond = Math.round((1000 * runs) / (performance.now() - startMs));
    print(`${scenario.name}: ${runs} seeds, ${perSecond} per second`);
    if (failure !== null && !report(await shrink(failure), print)) failed += 1;
  }
  return failed;
}

/** True when the scenario did what it should: fail as it is known to, or not at all. */
function report(run: Run, print: Print): boolean {
  const [violation] = run.violations;
  if (violation === undefined) return true;
  print(describeFailure(run));
  return run.scenario.finds?.test(violation) ?? false;
}
