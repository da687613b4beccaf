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
import { Ledger, ledgerSchema, type Entry } from "../models/ledger.ts";
import { app, defineApp, type Scenario } from "../scenario.ts";
import { messageOf } from "../world.ts";

interface Options {
  /** How instances may be made, drawn anew for every call. */
  modes: readonly CounterOptions[];
  /** Whether totals are set, too. @default false */
  hasBeginnings?: boolean;
  faults?: Scenario["faults"];
}

const NAMES = ["visits", "visitors"] as const;
const COUNTS = [1, 2, -1, 7, -30, 2 ** 52] as const;
const ACTS = ["add", "add", "look", "add", "addDespite", "sweep", "rebalance", "begin"] as const;

/** Something that a client does to a counter. */
async function act(client: Client, { modes, hasBeginnings = false }: Options): Promise<void> {
  const { choices } = client;
  const target = { name: choices.pick(NAMES), mode: choices.draw(modes.length) };
  const most = choices.pick([1, 3, 40]);
  const counts = Array.from({ length: 1 + choices.draw(most) }, () => choices.pick(COUNTS));
  const argsOf = {
    add: () => ({ ...target, counts, isLost: choices.chance(0.1) }),
    addDespite: () => ({ ...target, counts }),
    look: () => ({ ...target, counts: counts.slice(1), how: choices.pick(LOOKS) }),
    sweep: () => ({}),
    rebalance: () => target,
    begin: () => ({ ...target, how: choices.pick(BEGINNINGS), value: choices.pick(COUNTS) }),
  };
  const drawn = choices.pick(ACTS);
  const chosen = drawn === "begin" && !hasBeginnings ? "look" : drawn;
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
          client.repeat(20, async () => {
            await act(client, options);
            const name = client.choices.pick(NAMES);
            const count = await client.query(app.query("count"), { name, mode: 0 });
            simulation.check(ledger().allows(name, count), `${name}: counted ${count}`);
            await client.sleep(client.choices.draw(client.choices.pick([1, 100, 30_000, 600_000])));
          }),
        );
      }
      sweepAtRest(simulation);
      return async () => {
        const wrong = ledger().check();
        simulation.check(wrong === null, `a transaction ${wrong}`);
        const totals = await simulation.query("shardedCounter", "counters:countMany", {
          names: [...NAMES],
        });
        for (const [i, total] of (totals as (number | bigint)[]).entries()) {
          const name = NAMES[i] ?? "";
          const isRight = ledger().totalsOf(name).has(BigInt(total));
          simulation.check(isRight, `${name}: counted ${total} at rest`);
        }
        checkStorage(simulation);
      };
    },
  };
}

const LOG = {};
const SHARDS = { defaultShards: 10 };
const MODES = [LOG, SHARDS, { defaultShards: 3 }, { mode: () => "log" as const }];

export const scenarios = [
  counting("log", { modes: [LOG] }),
  counting("log-with-clock-steps", { modes: [LOG], faults: { clockJump: 0.02 } }),
  counting("log-set-and-reset", { modes: [LOG], hasBeginnings: true }),
  counting("shards", { modes: [SHARDS] }),
  counting("shards-set-and-reset", { modes: [SHARDS], hasBeginnings: true }),
  counting("shards-change", { modes: [SHARDS, { defaultShards: 16 }, { defaultShards: 1 }] }),
  counting("modes-change", { modes: MODES, hasBeginnings: true }),
];
