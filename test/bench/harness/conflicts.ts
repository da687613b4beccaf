import { mutationGeneric } from "convex/server";
import { v } from "convex/values";
import type { LoadedApp } from "../../../scripts/backend/app.ts";
import { measureConflicts, type ConflictReport } from "../../simulation/conflicts.ts";
import { app, defineApp } from "../../simulation/scenario.ts";
import type { Bench, Call, Contention, Ctx, Subject } from "./bench.ts";
import { loadComponents } from "./components.ts";
import { subjectsOf } from "./cost.ts";
import type { Row } from "./row.ts";

/** Where the number of clients is not what grows. */
export const USUAL_CLIENTS = 32;

const USUAL_VALUES = [1, 4, 16, 32, 64];

/** Many clients meet often enough in fewer calls. */
const USUAL_CALLS = 20;
const MOST_CALLS_TOGETHER = 640;

const SEED = 7;

/** What concurrent calls do to each other, for each subject and each point of each contention. */
export async function measureContentions<Client>(bench: Bench<Client>): Promise<Row[]> {
  const rows: Row[] = [];
  for (const contention of bench.contentions) {
    for (const subject of subjectsOf(bench, contention)) {
      const components = await loadComponents((t) => subject.mount(t));
      const loadedApp = defineApp({ functions: functionsOf(subject, contention), components });
      for (const at of contention.values ?? USUAL_VALUES) {
        const report = await measurePoint(loadedApp, contention, at);
        const { component } = bench;
        rows.push({
          component,
          workload: contention.name,
          subject: subject.name,
          at,
          ...rowOf(report),
        });
      }
    }
  }
  return rows;
}

function functionsOf<Client>(subject: Subject<Client>, { prepare, run }: Contention<Client>) {
  const args = { client: v.number(), n: v.number(), key: v.string(), size: v.number() };
  const mutation = (body: (ctx: Ctx, call: Call) => Promise<unknown> | undefined) =>
    mutationGeneric({
      args,
      returns: v.null(),
      handler: async (ctx, call) => {
        await body(ctx, call);
        return null;
      },
    });
  return {
    setUp: mutation((ctx) => subject.setUp?.(ctx)),
    prepare: mutation((ctx, call) => prepare?.run(subject.client(), ctx, call)),
    run: mutation((ctx, call) => run(subject.client(), ctx, call)),
  };
}

function measurePoint<Client>(
  loadedApp: LoadedApp,
  { of = "clients", calls = USUAL_CALLS, prepare }: Contention<Client>,
  at: number,
): Promise<ConflictReport> {
  const keys = of === "keys" ? at : 1;
  const clients = of === "clients" ? at : USUAL_CLIENTS;
  const call = (n: number) => ({ client: 0, n, key: `key ${n % keys}`, size: 0 });
  const steps = Array.from({ length: prepare?.calls ?? 0 }, (_, n) => call(n));
  return measureConflicts({
    app: loadedApp,
    clients,
    operations: Math.min(calls, MOST_CALLS_TOGETHER / clients),
    prepare: [
      { mutation: app.mutation("setUp"), args: call(0) },
      ...steps.map((args) => ({ mutation: app.mutation("prepare"), args })),
    ],
    operation: ({ id, i, choices }) => {
      const key = `key ${keys === 1 ? 0 : choices.draw(keys)}`;
      return { mutation: app.mutation("run"), args: { client: id, n: i, key, size: 0 } };
    },
    seed: SEED,
  });
}

function rowOf(report: ConflictReport): Pick<Row, "values" | "where"> {
  const { conflictsPer1000, meanAttempts, gaveUp, p50Ms, p95Ms, mutations, background } = report;
  const [where] = Object.keys(report.where);
  return {
    values: {
      conflictsPer1000,
      meanAttempts,
      failedPer1000: Math.round((1000 * gaveUp) / mutations),
      p50Ms,
      p95Ms,
      backgroundConflicts: background.conflicts,
    },
    ...(where === undefined ? {} : { where }),
  };
}
