import { expect, test } from "vitest";
import { regressions, replay } from "./regressions.ts";
import { scenariosOf } from "./registry.ts";
import type { Run } from "./run.ts";
import { describeFailure, findFailure } from "./search.ts";
import { shrink } from "./shrink.ts";

/** The fixed budget of every test run; `npm run simulate` spends more. */
const SEEDS = 20;

/** Seeds within which a known defect is found again. */
const SEEDS_TO_FIND = 200;

const scenarios = scenariosOf(undefined);

function expectAsKnown(run: Run): void {
  const { finds } = run.scenario;
  if (finds === undefined)
    expect(run.violations.length > 0 ? describeFailure(run) : null).toBeNull();
  else expect(run.violations[0] ?? "").toMatch(finds);
}

test.each(regressions)(
  "$scenario, seed $seed: what was found once ($found)",
  async (regression) => {
    expectAsKnown(await replay(regression));
  },
);

test.each(scenarios.filter(({ finds }) => finds === undefined))(
  `$name holds in ${SEEDS} seeds`,
  async (scenario) => {
    const failure = await findFailure(scenario, { seeds: SEEDS });
    if (failure !== null) expectAsKnown(await shrink(failure));
  },
);

test.each(scenarios.filter(({ finds }) => finds !== undefined))(
  `$name shows its known defect within ${SEEDS_TO_FIND} seeds`,
  async (scenario) => {
    const failure = await findFailure(scenario, { seeds: SEEDS_TO_FIND });
    if (failure === null) throw new Error("nothing was found");
    expectAsKnown(failure);
  },
);
