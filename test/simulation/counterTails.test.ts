import { expect, test } from "vitest";
import { CALM } from "./faults.ts";
import { countingApp, mounted } from "./models/counterApp.ts";
import { ledgerSchema } from "./models/ledger.ts";
import { runScenario } from "./run.ts";
import { app, defineApp, type Scenario } from "./scenario.ts";

const ADDITIONS = 640;

const SEEDS = [1, 2, 3, 4];

/** Between two additions of a client, in milliseconds; as in the bench. */
const THINK_MS = [0, 20] as const;

/** The mean, over all commits, of the events that a count would have to read. */
async function meanTail(clients: number): Promise<number> {
  const tails: number[] = [];
  const scenario: Scenario = {
    name: "sharded-counter/tails",
    app: defineApp({ schema: ledgerSchema, functions: countingApp([{}]), components: mounted() }),
    faults: CALM,
    timing: { executionMs: [8, 20] },
    isBackground: () => true,
    start(simulation) {
      const args = { name: "visits", mode: 0, counts: [1], isLost: false };
      for (let i = 0; i < clients; i += 1)
        simulation.client(`client ${i}`, async (client) => {
          for (let n = 0; n < ADDITIONS / clients; n += 1) {
            await client.sleep(client.choices.between(THINK_MS));
            await client.mutation(app.mutation("add"), args);
          }
        });
      simulation.afterEveryCommit(() => {
        const checkpoints = simulation.documents("shardedCounter", "checkpoints");
        const upTo = checkpoints.at(-1)?.upTo ?? 0n;
        const events = simulation.documents("shardedCounter", "events");
        tails.push(events.filter(({ seq }) => (seq as bigint) > (upTo as bigint)).length);
      });
      return () => {};
    },
  };
  for (const seed of SEEDS) expect((await runScenario(scenario, seed)).violations).toEqual([]);
  expect(tails).toHaveLength(SEEDS.length * ADDITIONS);
  return tails.reduce((sum, tail) => sum + tail, 0) / tails.length;
}

test.each([
  { clients: 1, most: 16 },
  { clients: 32, most: 40 },
])(
  "$clients clients leave at most $most events, on average, for a count to read",
  async ({ clients, most }) => {
    expect(await meanTail(clients)).toBeLessThanOrEqual(most);
  },
);
