import type { ComponentApi } from "@convex-suite/rate-limiter/_generated/component.js";
import rateLimiter from "@convex-suite/rate-limiter/test";
import { componentsGeneric } from "convex/server";
import type { Client } from "../client.ts";
import { app, componentsOf } from "../scenario.ts";
import type { Simulation } from "../simulation.ts";

export const components = componentsGeneric() as unknown as { rateLimiter: ComponentApi };

/** With its background work, as in production. It is a switch of the module: on for all scenarios. */
export const mounted = () =>
  componentsOf((t) => rateLimiter.register(t, "rateLimiter", { background: true }));

/** Where the component keeps what may not pile up. */
const TABLES = ["rateLimits", "events", "checkpoints", "leases", "reservations"] as const;

/** Long after the last client of a scenario has finished, and whatever clocks did meanwhile. */
const LONG_AFTER_MS = 6 * 3_600_000;

/** One more client, long after the others: what it finds, and what sweeps then leave. */
export function sweepAtRest(simulation: Simulation, look: (client: Client) => Promise<void>): void {
  simulation.client("auditor", async (client) => {
    await client.sleep(LONG_AFTER_MS);
    await look(client);
    await client.sleep(3_600_000);
    // One makes a checkpoint, one deletes what it holds once it has settled, one the checkpoint.
    for (let i = 0; i < 4; i += 1) {
      await client.mutation(app.mutation("sweep"), {});
      await client.sleep(100_000);
    }
  });
}

/** Everything has drained and was swept. */
export function isAtRest(simulation: Simulation): void {
  for (const table of TABLES) {
    const { length } = simulation.documents("rateLimiter", table);
    simulation.check(length === 0, `${length} documents of "${table}" are left at rest`);
  }
}
