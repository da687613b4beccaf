/// <reference types="vite/client" />
import type { Scenario } from "./scenario.ts";

const modules = import.meta.glob<{ scenarios: Scenario[] }>(["./scenarios/*.ts", "./toys/*.ts"], {
  eager: true,
});

/** Every scenario, those of the toys included. */
export const allScenarios: readonly Scenario[] = Object.values(modules).flatMap(
  ({ scenarios }) => scenarios,
);

export function scenarioNamed(name: string): Scenario {
  const found = allScenarios.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`No scenario "${name}". There are: ${names()}.`);
  return found;
}

/** The scenarios of one component, or all but those of the toys. */
export function scenariosOf(component: string | undefined): readonly Scenario[] {
  const found = allScenarios.filter(({ name }) =>
    component === undefined ? !name.startsWith("toy/") : name.startsWith(`${component}/`),
  );
  if (found.length === 0) throw new Error(`No scenario of "${component}". There are: ${names()}.`);
  return found;
}

function names(): string {
  return allScenarios.map(({ name }) => name).join(", ");
}
