import type { CounterOptions } from "@convex-suite/sharded-counter";
import type { Client } from "../client.ts";
import {
  BEGINNINGS,
  checkStorage,
  countingApp,
  LOOKS,
  LOST,
  mounted,
  sweepAtRest,
} from "../models/counterApp.ts";
import { EPOCH_MS } from "../environment.ts";
import { Ledger, ledgerSchema, type Entry } from "../models/ledger.ts";
import { app, defineApp, type Scenario } from "../scenario.ts";
import type { Simulation } from "../simulation.ts";
import { messageOf } from "../world.ts";

interface Options {
  /** How instances may be made, drawn anew for every call. */
  modes: readonly CounterOptions[];
  /** How totals are set, too. @default not at all */
  beginnings?: readonly (typeof BEGINNINGS)[number][];
  faults?: Scenario["faults"];
}

const NAMES = ["visits", "visitors"] as const;
const COUNTS = [1, 2, -1, 7, -30, 2 ** 52] as const;
const ACTS = ["add", "add", "look", "add", "addDespite", "sweep", "rebalance", "begin"] as const;

/** Something that a client does to a counter. */
async function act(
  client: Client,
  { modes, beginnings: [first, ...others] = [] }: Options,
): Promise<void> {
  const { choices } = client;
  const target = { name: choices.pick(NAMES), mode: choices.draw(modes.length) };
  const most = choices.pick([1, 1, 3, 20]);
  const counts = Array.from({ length: 1 + choices.draw(most) }, () => choices.pick(COUNTS));
  const argsOf = {
    add: () => ({ ...target, counts, isLost: choices.chance(0.1) }),
    addDespite: () => ({ ...target, counts }),
    look: () => ({ ...target, counts: counts.slice(1), how: choices.pick(LOOKS) }),
    sweep: () => ({}),
    rebalance: () => target,
    begin: () => ({ ...target, how: first && choices.pick([first, ...others]), value: counts[0] }),
  };
  const drawn = choices.pick(ACTS);
  const chosen = drawn === "begin" && !first ? "look" : drawn;
  await client.mutation(app.mutation(chosen), argsOf[chosen]());
}

/** Clients add to two counters and look at them, while folds and sweeps cut the log. */
function counting(name: string, options: Options): Scenario {
  const functions = countingApp(options.modes);
  return {
    name: `sharded-counter/${name}`,
    app: defineApp({ schema: ledgerSchema, functions, components: mounted() }),
    faults: options.faults,
    mayFail: (error) => messageOf(error).includes(LOST),
    start(simulation) {
      const ledger = () => new Ledger(simulation.documents<Entry>("", "ledger"));
      const clients = 1 + simulation.choices.draw(4);
      for (let i = 0; i < clients; i += 1) {
        simulation.client(`client ${i}`, (client) =>
          client.repeat(12, async () => {
            await act(client, options);
            if (client.choices.chance(0.3)) {
              const name = client.choices.pick(NAMES);
              const count = await client.query(app.query("count"), { name, mode: 0 });
              const isRight = count === Number(ledger().totalOf(name));
              simulation.check(isRight, `${name}: counted ${count}`);
            }
            await client.sleep(client.choices.draw(client.choices.pick([1, 100, 30_000, 600_000])));
          }),
        );
      }
      sweepAtRest(simulation);
      return async () => {
        const wrong = ledger().check();
        simulation.check(wrong === null, `a transaction ${wrong}`);
        await checkTotals(simulation, ledger());
        if (options.modes.some(({ history }) => history)) await checkHours(simulation, ledger());
        checkStorage(simulation);
      };
    },
  };
}

/** To the last digit, which a number may not show. */
async function checkTotals(simulation: Simulation, ledger: Ledger): Promise<void> {
  const args = { names: [...NAMES] };
  const totals = await simulation.query("shardedCounter", "counters:countMany", args);
  for (const [i, total] of (totals as (number | bigint)[]).entries()) {
    const isRight = BigInt(total) === ledger.totalOf(NAMES[i] ?? "");
    simulation.check(isRight, `${NAMES[i]}: counted ${total} at rest`);
  }
}

/** What sweeps have booked before they deleted it. */
async function checkHours(simulation: Simulation, ledger: Ledger): Promise<void> {
  for (const name of NAMES) {
    const args = { name, unit: "hour", startAt: EPOCH_MS, endAt: EPOCH_MS + 86_400_000 };
    const points = await simulation.query("shardedCounter", "events:series", args);
    const hours = ledger.hoursOf(name);
    for (const { startAt, delta } of points as { startAt: number; delta: number | bigint }[]) {
      const isRight = BigInt(delta) === (hours.get(startAt) ?? 0n);
      simulation.check(isRight, `${name}: ${delta} in the hour of ${startAt - EPOCH_MS} ms`);
    }
  }
}

const LOG = {};
const SHARDS = { defaultShards: 10 };
const MODES = [LOG, SHARDS, { defaultShards: 3 }, { mode: () => "log" as const }];

export const scenarios = [
  counting("log", { modes: [LOG] }),
  counting("log-with-clock-steps", { modes: [LOG], faults: { clockJump: 0.02 } }),
  counting("log-set-and-reset", { modes: [LOG], beginnings: BEGINNINGS }),
  counting("log-with-history", {
    modes: [{ history: { hour: 48, day: 2 } }],
    beginnings: ["set", "reset", "getAndReset"],
  }),
  counting("shards", { modes: [SHARDS] }),
  counting("shards-set-and-reset", { modes: [SHARDS], beginnings: BEGINNINGS }),
  counting("shards-change", { modes: [SHARDS, { defaultShards: 16 }, { defaultShards: 1 }] }),
  counting("modes-change", { modes: MODES, beginnings: BEGINNINGS }),
];
