import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { runScenario } from "./run.ts";
import { scenarioNamed } from "./registry.ts";

/**
 * Traces of these runs, whatever the machine and the version of Node. They are of code that stays as
 * it is: a change of the simulator changes them, a change of a component of ours does not.
 */
const HASHES = [
  { name: "toy/leak-correct", seed: 3, hash: "c7d2c85c" },
  { name: "toy/lost-wake-up-correct", seed: 7, hash: "a3bee6a6" },
  { name: "official-rate-limiter/token-bucket", seed: 11, hash: "b67b497e" },
  { name: "official-aggregate/whole-numbers", seed: 1, hash: "e9318679" },
];

/** The Node of the system, an older one where we have one; else the one that runs this. */
const OTHER_NODE = existsSync("/usr/bin/node") ? "/usr/bin/node" : process.execPath;

test.each(HASHES)("$name, seed $seed, has the same trace everywhere", async (expected) => {
  const { name, seed, hash } = expected;
  expect((await runScenario(scenarioNamed(name), seed)).hash).toBe(hash);
  expect((await runScenario(scenarioNamed(name), seed)).hash).toBe(hash);
});

// The other Node runs this file too, and starts no third one.
if (process.env.SIMULATION_OTHER_NODE === undefined) {
  test("another Node finds the same traces", () => {
    const root = `${import.meta.dirname}/../..`;
    const vitest = `${root}/node_modules/vitest/vitest.mjs`;
    const args = [vitest, "run", "--project", "simulation", "determinism.test.ts"];
    const env = { ...process.env, SIMULATION_OTHER_NODE: OTHER_NODE, NO_COLOR: "1" };
    const output = execFileSync(OTHER_NODE, args, { cwd: root, env, encoding: "utf8" });
    expect(output).toContain(`${HASHES.length} passed`);
  });
}
