import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import type * as rateLimiter from "@convex-suite/rate-limiter/test";
import { afterAll, expect, test } from "vitest";
import { componentsOf, type Scenario } from "./scenario.ts";
import { scenarioNamed } from "./registry.ts";
import { findFailure } from "./search.ts";

/** What the scenarios of the rate limiter are for: each of these defects is found within so many seeds. */
const SEEDS = 200;

const SOURCE = `${import.meta.dirname}/../../components/rate-limiter/src`;
const MODULES = `${import.meta.dirname}/../../node_modules`;

interface Mutant {
  defect: string;
  scenario: string;
  file: string;
  /** What stands there exactly once, and what the mutant has instead. */
  from: string;
  to: string;
}

const MUTANTS: Mutant[] = [
  {
    defect: "another number of shards forgets what was used",
    scenario: "rate-limiter/shards-10-and-20",
    file: "shared/pool.ts",
    from: "const used = totalUsed(pool) / shards;",
    to: "const used = 0;",
  },
  {
    defect: "a blocked shard grants",
    scenario: "rate-limiter/blocks-with-shards",
    file: "component/model/sharding.ts",
    from: "const fits = isUsable && !block &&",
    to: "const fits = isUsable &&",
  },
  {
    defect: "a slot is taken without reading it",
    scenario: "rate-limiter/leases",
    file: "component/model/leases.ts",
    from: "const row = await getLease(ctx, subject, choice.slot);",
    to: "const row = null as Lease | null;",
  },
  {
    defect: "a reservation can be settled twice",
    scenario: "rate-limiter/reservations-on-one-row",
    file: "component/model/reservations.ts",
    from: 'await ctx.db.delete("reservations", reservation._id);',
    to: "",
  },
  {
    defect: "a sweep deletes events that no checkpoint holds",
    scenario: "rate-limiter/log-token-bucket",
    file: "component/model/logSweep.ts",
    from: "for (const event of last.values()) await hold(ctx, event, settledBefore);",
    to: "",
  },
  {
    defect: "an event that commits late is taken for a clock that stepped back",
    scenario: "rate-limiter/log-token-bucket",
    file: "shared/log.ts",
    from: "const MAX_OVERLAP_MS = 30_000;",
    to: "const MAX_OVERLAP_MS = 5_000;",
  },
];

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

test.each(MUTANTS)("$defect: $scenario finds it", async (mutant) => {
  const failure = await findFailure(await withMutant(mutant), { seeds: SEEDS });
  expect(failure?.violations[0]).toBeTypeOf("string");
});

/** The scenario with a copy of the component in its place, of which one line is different. */
async function withMutant({ scenario, file, from, to }: Mutant): Promise<Scenario> {
  const folder = mkdtempSync(`${tmpdir()}/mutant-`);
  folders.push(folder);
  const filter = (path: string) => !/\.test(-d)?\.tsx?$/.test(path) || path.endsWith("src/test.ts");
  cpSync(SOURCE, `${folder}/src`, { recursive: true, filter });
  symlinkSync(MODULES, `${folder}/node_modules`);
  const text = readFileSync(`${SOURCE}/${file}`, "utf8");
  expect(text.split(from)).toHaveLength(2);
  writeFileSync(`${folder}/src/${file}`, text.replace(from, to));
  const mutant = (await import(`${folder}/src/test.ts`)) as typeof rateLimiter;
  const original = scenarioNamed(scenario);
  const components = componentsOf((t) => mutant.register(t, "rateLimiter", { background: true }));
  return { ...original, app: { ...original.app, components } };
}
