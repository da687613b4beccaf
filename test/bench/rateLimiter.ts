import { RateLimiter as OfficialRateLimiter } from "@convex-dev/rate-limiter";
import type { ComponentApi as OfficialApi } from "@convex-dev/rate-limiter/_generated/component.js";
import official from "@convex-dev/rate-limiter/test";
import { RateLimiter } from "@convex-suite/rate-limiter";
import type { ComponentApi } from "@convex-suite/rate-limiter/_generated/component.js";
import ours from "@convex-suite/rate-limiter/test";
import { componentsGeneric } from "convex/server";
import { defineBench, type Call, type Ctx, type Range, type Subject } from "./harness/bench.ts";
import type { World } from "./harness/world.ts";

const components = componentsGeneric() as unknown as { rateLimiter: ComponentApi & OfficialApi };

/** One limit that never refuses, and one that soon does. */
const LIMITS = {
  plenty: { kind: "token bucket", rate: 1e6, period: 1_000, capacity: 1e6 },
  scarce: { kind: "token bucket", rate: 32, period: 3_600_000, capacity: 32 },
} as const;

/** What both packages have, under the same names. */
type Limiter = Record<
  "limit" | "check" | "getValue" | "reset",
  (ctx: Ctx, name: keyof typeof LIMITS, options: { key: string }) => Promise<unknown>
>;
type Mode = { shards?: number } | { applyUpdates: "asynchronously" };

/** Ours and the official one, configured alike. */
function subjects(suffix: string, mode: Mode): Subject<Limiter>[] {
  const limits = { plenty: { ...LIMITS.plenty, ...mode }, scarce: { ...LIMITS.scarce, ...mode } };
  const shards = "applyUpdates" in mode ? {} : { shards: mode.shards ?? 1 };
  return [
    {
      name: `ours${suffix}`,
      packageName: "@convex-suite/rate-limiter",
      ...shards,
      mount: (t) => ours.register(t),
      client: () => new RateLimiter(components.rateLimiter, limits),
    },
    {
      name: `official${suffix}`,
      packageName: "@convex-dev/rate-limiter",
      ...shards,
      mount: (t) => official.register(t),
      client: () => new OfficialRateLimiter(components.rateLimiter, limits),
    },
  ];
}

const limit = (limiter: Limiter, ctx: Ctx, { key }: Call) => limiter.limit(ctx, "plenty", { key });

const ADA = { key: "ada" };
/** Enough calls to touch each of 16 shards. */
const callOften = (world: World<Limiter>) =>
  world.repeat(100, (limiter, ctx) => limiter.limit(ctx, "plenty", ADA));
const exhaust = (world: World<Limiter>) =>
  world.repeat(64, (limiter, ctx) => limiter.limit(ctx, "scarce", ADA));

/** Rows of other keys, as both packages store them, beside Ada's. */
async function addKeys(world: World<Limiter>, range: Range) {
  const rowOf = (i: number) => ({ name: "plenty", key: `key ${i}`, shard: 0, value: 7, ts: 0 });
  await world.fill({ component: "rateLimiter", table: "rateLimits" }, range, rowOf);
  if (range.from === 0) await callOften(world);
}

const FIRST_ROW = {
  than: /16 shards/,
  because:
    "the first requests of a key meet on its first row, so that two versions of an app with different numbers of shards cannot both start it",
};

export default defineBench<Limiter>({
  component: "rate-limiter",
  subjects: [
    ...subjects("", {}),
    ...subjects(", 16 shards", { shards: 16 }),
    ...subjects(", async", { applyUpdates: "asynchronously" }),
  ],
  operations: [
    { name: "limit, first use of a key", run: limit },
    {
      name: "limit, granted",
      prepare: callOften,
      calls: 100,
      run: (limiter, ctx) => limiter.limit(ctx, "plenty", ADA),
    },
    {
      name: "limit, refused",
      prepare: exhaust,
      calls: 20,
      run: (limiter, ctx) => limiter.limit(ctx, "scarce", ADA),
    },
    {
      name: "check",
      prepare: callOften,
      calls: 20,
      run: (limiter, ctx) => limiter.check(ctx, "plenty", ADA),
    },
    {
      name: "getValue",
      prepare: callOften,
      run: (limiter, ctx) => limiter.getValue(ctx, "plenty", ADA),
    },
    {
      name: "reset",
      prepare: callOften,
      isRepeatable: false,
      run: (limiter, ctx) => limiter.reset(ctx, "plenty", ADA),
    },
  ],
  growths: [
    {
      of: "keys",
      sizes: [10, 100, 1_000, 10_000],
      grow: addKeys,
      operations: [
        {
          name: "limit, among many keys",
          metric: "documentsRead",
          run: (limiter, ctx) => limiter.limit(ctx, "plenty", ADA),
        },
      ],
    },
  ],
  contentions: [
    { name: "limit, one key", run: limit },
    {
      name: "limit, random keys",
      of: "keys",
      values: [10, 100, 1_000],
      calls: 10,
      run: limit,
      worse: [FIRST_ROW],
    },
  ],
  worse: [
    {
      than: /16 shards/,
      values: ["queries", "documentsRead", "nestedCalls", "bytesRead"],
      because:
        "before a request is refused, or makes a row, all shards are looked at together, through a snapshot without conflicts",
    },
    {
      than: /async/,
      values: ["queries", "documentsRead", "bytesRead"],
      because:
        "a request reads the log since its last checkpoint, and so sees all that was committed; the official one reads a row that lags behind",
    },
    {
      than: /async/,
      values: ["documentsWritten"],
      because:
        "one request in about fourteen makes a checkpoint; the official one leaves the like to a worker, whose writes are in the row below",
    },
    {
      values: ["bytesRead", "bytesWritten"],
      because:
        "a row also holds the capacity and the number of shards it was written with, so that changing them keeps what was used",
    },
  ],
});
