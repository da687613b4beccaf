import { describe, expect, test } from "vitest";
import { runScenario } from "./run.ts";
import { scenarioNamed, scenariosOf } from "./registry.ts";
import { parseChoices } from "./choices.ts";
import { describeFailure, findFailure } from "./search.ts";
import { shrink } from "./shrink.ts";

/** What the simulator is for: it finds these within so many seeds, and nothing where nothing is. */
const SEEDS = 200;

const toys = scenariosOf("toy");
const broken = toys.filter(({ name }) => name.endsWith("-broken"));
const correct = toys.filter(({ name }) => name.endsWith("-correct"));

test("a lost update, a double apply, an over-admission, a leak and a lost wake-up are tried", () => {
  expect(broken).toHaveLength(5);
  expect(correct).toHaveLength(5);
});

describe.each(broken)("$name", (scenario) => {
  test(`is found within ${SEEDS} seeds, and made small`, async () => {
    const failure = await findFailure(scenario, { seeds: SEEDS });
    if (failure === null) throw new Error("nothing was found");
    const small = await shrink(failure);
    expect(small.trace.length).toBeLessThanOrEqual(Math.min(7, failure.trace.length));
    expect(small.choices.length).toBeLessThanOrEqual(failure.choices.length);
  });

  test("fails again when its command is run", async () => {
    const failure = await findFailure(scenario, { seeds: SEEDS });
    if (failure === null) throw new Error("nothing was found");
    const command = describeFailure(failure).split("\n").at(-1) ?? "";
    const [, name, seed, choices] =
      /--scenario (\S+) --seed (\d+) --choices (\S+)$/.exec(command) ?? [];
    const found = scenarioNamed(name ?? "");
    const again = await runScenario(found, Number(seed), parseChoices(choices ?? ""));
    expect(again.violations).toEqual(failure.violations);
    expect(again.hash).toBe(failure.hash);
  });
});

test.each(correct)(`$name never fails in ${SEEDS} seeds`, async (scenario) => {
  const failure = await findFailure(scenario, { seeds: SEEDS });
  expect(failure === null ? null : describeFailure(failure)).toBeNull();
});
