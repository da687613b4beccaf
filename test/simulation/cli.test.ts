import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { simulate, USAGE } from "./cli.ts";

async function output(...args: string[]): Promise<{ failed: number; text: string }> {
  const lines: string[] = [];
  const failed = await simulate(args, (line) => lines.push(line));
  return { failed, text: lines.join("\n") };
}

test("a component that holds is reported with its speed", async () => {
  const { failed, text } = await output("--scenario", "toy/leak-correct", "--seeds", "100");
  expect(failed).toBe(0);
  expect(text).toMatch(/^toy\/leak-correct: 100 of 100 seeds$/m);
  expect(text).toMatch(/^toy\/leak-correct: 100 seeds, \d+ per second$/m);
});

test("a failure is reported with its small trace and a command that repeats it", async () => {
  const { failed, text } = await output("--scenario", "toy/leak-broken");
  expect(failed).toBe(1);
  const command = /npm run simulate -- (.*)$/m.exec(text)?.[1] ?? "";
  const again = await output(...command.split(" "));
  expect(again.failed).toBe(1);
  expect(again.text).toContain("leases left at rest");
});

test("a seed that holds is shown with its trace", async () => {
  const { failed, text } = await output("--scenario", "toy/leak-correct", "--seed", "2");
  expect(failed).toBe(0);
  expect(text).toMatch(/toy\/leak-correct, seed 2: everything held \(trace [0-9a-f]{8}\)/);
});

test("a known defect is found, and is no failure", async () => {
  const { failed, text } = await output("--component", "official-sharded-counter", "--seeds", "20");
  expect(failed).toBe(0);
  expect(text).toContain("whole numbers add up to");
});

test.each([
  ["--scenario nope", /No scenario "nope". There are: /],
  ["--component nope", /No scenario of "nope". There are: /],
  ["--seeds many", /--seeds is a whole number, not "many"/],
  ["--seed 1", /A seed is of a scenario/],
  ["--scenario toy/leak-broken --choices x", /"x" is not a choice/],
])("%s is answered with what to do", async (args, message) => {
  await expect(output(...args.split(" "))).rejects.toThrow(message);
});

test("help is the list of options", async () => {
  expect((await output("--help")).text).toBe(USAGE);
});

test("the script loads components and runs", () => {
  const script = `${import.meta.dirname}/../../scripts/simulate.ts`;
  const args = [script, "--scenario", "rate-limiter/token-bucket", "--seeds", "3"];
  const text = execFileSync(process.execPath, args, { encoding: "utf8" });
  expect(text).toMatch(/^rate-limiter\/token-bucket: 3 seeds, \d+ per second$/m);
});
