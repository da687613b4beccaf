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

type Name = keyof typeof LIMITS;
type Method = (ctx: Ctx, name: Name, options: { key: string }) => Promise<unknown>;

/** What both packages do, if not in one call. */
type Limiter = Record<"limit" | "check" | "getValue" | "reset" | "consume" | "peek", Method> & {
  /** Takes from all of several keys, or from none. */
  limitAll(ctx: Ctx, keys: readonly string[]): Promise<unknown>;
  sweep(ctx: Ctx): Promise<unknown>;
  /** Holds one of many leases for a moment. */
  acquire(ctx: Ctx): Promise<unknown>;
};
type Mode = { shards?: number } | { applyUpdates: "asynchronously" };

const JOBS = { kind: "concurrency", max: 64, ttlMs: 20 } as const;

function ourClient(limits: ReturnType<typeof limitsOf>): Limiter {
  const limiter = new RateLimiter(components.rateLimiter, { ...limits, jobs: JOBS });
  return {
    limit: (ctx, name, options) => limiter.limit(ctx, name, options),
    check: (ctx, name, options) => limiter.check(ctx, name, options),
    getValue: (ctx, name, options) => limiter.getValue(ctx, name, options),
    reset: (ctx, name, options) => limiter.reset(ctx, name, options),
    consume: (ctx, name, options) => limiter.consume(ctx, name, options),
    peek: (ctx, name, options) => limiter.peek(ctx, name, options),
    limitAll: (ctx, keys) =>
      limiter.limitAll(
        ctx,
        keys.map((key) => ({ name: "plenty", key })),
      ),
    sweep: (ctx) => limiter.sweep(ctx),
    acquire: (ctx) => limiter.acquire(ctx, "jobs"),
  };
}

/** Without a status, what is left is asked for; without `limitAll`, a refusal throws the rest away. */
function officialClient(limits: ReturnType<typeof limitsOf>): Limiter {
  const limiter = new OfficialRateLimiter(components.rateLimiter, limits);
  const absent = () => Promise.reject(new Error("invariant: the official package has none"));
  return {
    limit: (ctx, name, options) => limiter.limit(ctx, name, options),
    check: (ctx, name, options) => limiter.check(ctx, name, options),
    getValue: (ctx, name, options) => limiter.getValue(ctx, name, options),
    reset: (ctx, name, options) => limiter.reset(ctx, name, options),
    consume: async (ctx, name, options) => {
      await limiter.limit(ctx, name, options);
      await limiter.getValue(ctx, name, options);
    },
    peek: (ctx, name, options) => limiter.getValue(ctx, name, options),
    limitAll: async (ctx, keys) => {
      for (const key of keys) await limiter.limit(ctx, "plenty", { key, throws: true });
    },
    sweep: absent,
    acquire: absent,
  };
}

function limitsOf(mode: Mode) {
  return { plenty: { ...LIMITS.plenty, ...mode }, scarce: { ...LIMITS.scarce, ...mode } };
}

/** Ours and the official one, configured alike. */
function subjects(suffix: string, mode: Mode): Subject<Limiter>[] {
  const limits = limitsOf(mode);
  const shards = "applyUpdates" in mode ? {} : { shards: mode.shards ?? 1 };
  return [
    {
      name: `ours${suffix}`,
      packageName: "@convex-suite/rate-limiter",
      ...shards,
      mount: (t) => ours.register(t),
      client: () => ourClient(limits),
    },
    {
      name: `official${suffix}`,
      packageName: "@convex-dev/rate-limiter",
      ...shards,
      mount: (t) => official.register(t),
      client: () => officialClient(limits),
    },
  ];
}

const limit = (limiter: Limiter, ctx: Ctx, { key }: Call) => limiter.limit(ctx, "plenty", { key });

const ADA = { key: "ada" };
const THREE = ["ada", "ada's team", "everybody"];
/** Rows of keys that nobody uses any more. */
const IDLE_KEYS = 100;

/** Of subjects whose names begin with these. */
const absentIn = (suffixes: readonly string[], because: Record<"ours" | "official", string>) =>
  Object.fromEntries(
    suffixes.flatMap((suffix) => [
      [`official${suffix}`, because.official],
      ...(suffix === "" ? [] : [[`ours${suffix}`, because.ours]]),
    ]),
  ) as Record<string, string>;
const ALL = ["", ", 16 shards", ", async"];

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

function addIdleKeys(world: World<Limiter>) {
  const state = { shard: 0, value: 0, ts: 0, cap: 1, layout: 1, freeAt: 1 };
  const rowOf = (i: number) => ({ name: "plenty", key: `key ${i}`, ...state });
  const range = { from: 0, to: IDLE_KEYS };
  return world.fill({ component: "rateLimiter", table: "rateLimits" }, range, rowOf);
}

const FIRST_ROW = {
  than: /16 shards/,
  because:
    "the first requests of a key meet on its first row, so that two versions of an app with different numbers of shards cannot both start it",
};

const RESERVATIONS = {
  values: ["queries"],
  because:
    "a reset also looks for what was reserved, so that settling it later gives nothing back to a limit that has started anew",
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
      name: "consume, granted",
      prepare: callOften,
      calls: 20,
      run: (limiter, ctx) => limiter.consume(ctx, "plenty", ADA),
    },
    {
      name: "peek",
      prepare: callOften,
      calls: 20,
      run: (limiter, ctx) => limiter.peek(ctx, "plenty", ADA),
    },
    {
      name: "limitAll of three limits, granted",
      prepare: (world) => world.repeat(100, (limiter, ctx) => limiter.limitAll(ctx, THREE)),
      calls: 20,
      run: (limiter, ctx) => limiter.limitAll(ctx, THREE),
    },
    {
      name: `sweep of ${IDLE_KEYS} keys that nobody has used for a year`,
      prepare: addIdleKeys,
      isRepeatable: false,
      absent: absentIn(ALL, {
        official: `their rows stay for ever: ${IDLE_KEYS} here, and 0 of ours`,
        ours: "the same sweep",
      }),
      run: (limiter, ctx) => limiter.sweep(ctx),
    },
    {
      name: "reset",
      prepare: callOften,
      isRepeatable: false,
      worse: [RESERVATIONS],
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
      name: "limit, one key that was used before",
      values: [32],
      prepare: { calls: 200, run: limit },
      run: limit,
    },
    {
      name: "acquire one of 64 leases",
      absent: absentIn(ALL, {
        official: "it has no concurrency limits",
        ours: "leases have neither shards nor a log",
      }),
      run: (limiter, ctx) => limiter.acquire(ctx),
    },
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
        "to refuse, to make a row or to tell what is left, all shards are looked at together; in a request, through a snapshot without conflicts",
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
