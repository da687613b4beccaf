import { RateLimiter as OfficialRateLimiter } from "@convex-dev/rate-limiter";
import type { ComponentApi as OfficialApi } from "@convex-dev/rate-limiter/_generated/component.js";
import official from "@convex-dev/rate-limiter/test";
import { HOUR, RateLimiter, SECOND } from "@convex-suite/rate-limiter";
import type { ComponentApi } from "@convex-suite/rate-limiter/_generated/component.js";
import ours from "@convex-suite/rate-limiter/test";
import { componentsGeneric } from "convex/server";
import { defineBench, type Ctx, type Subject } from "./harness/bench.ts";
import type { World } from "./harness/world.ts";

const components = componentsGeneric() as unknown as { rateLimiter: ComponentApi & OfficialApi };

/** One limit that never refuses, and one that soon does. */
const LIMITS = {
  plenty: { kind: "token bucket", rate: 1_000_000, period: SECOND, capacity: 1_000_000 },
  scarce: { kind: "token bucket", rate: 32, period: HOUR, capacity: 32 },
} as const;

interface Limiter {
  limit(ctx: Ctx, name: keyof typeof LIMITS, options: { key: string }): Promise<{ ok: boolean }>;
  check(ctx: Ctx, name: keyof typeof LIMITS, options: { key: string }): Promise<{ ok: boolean }>;
  getValue(ctx: Ctx, name: keyof typeof LIMITS, options: { key: string }): Promise<unknown>;
  reset(ctx: Ctx, name: keyof typeof LIMITS, options: { key: string }): Promise<void>;
}

type Mode = { shards?: number } | { applyUpdates: "asynchronously" };

function officialSubject(suffix: string, mode: Mode): Subject<Limiter> {
  const limits = {
    plenty: { ...LIMITS.plenty, ...mode },
    scarce: { ...LIMITS.scarce, ...mode },
  };
  return {
    name: `official${suffix}`,
    packageName: "@convex-dev/rate-limiter",
    ...("applyUpdates" in mode ? {} : { shards: mode.shards ?? 1 }),
    mount: (t) => official.register(t),
    client: () => new OfficialRateLimiter(components.rateLimiter, limits),
  };
}

const KEY = { key: "ada" };

/** Enough calls to touch each of 16 shards. */
const warm = (world: World<Limiter>) =>
  world.repeat(100, (limiter, ctx) => limiter.limit(ctx, "plenty", KEY));

const exhausted = (world: World<Limiter>) =>
  world.repeat(64, (limiter, ctx) => limiter.limit(ctx, "scarce", KEY));

export default defineBench<Limiter>({
  component: "rate-limiter",
  subjects: [
    {
      name: "ours",
      packageName: "@convex-suite/rate-limiter",
      mount: ours.register,
      client: () => new RateLimiter(components.rateLimiter, LIMITS),
    },
    officialSubject("", {}),
    officialSubject(", 4 shards", { shards: 4 }),
    officialSubject(", 16 shards", { shards: 16 }),
    officialSubject(", async", { applyUpdates: "asynchronously" }),
  ],
  operations: [
    {
      name: "limit, first use of a key",
      run: (limiter, ctx, { key }) => limiter.limit(ctx, "plenty", { key }),
    },
    {
      name: "limit, granted",
      prepare: warm,
      calls: 100,
      run: (limiter, ctx) => limiter.limit(ctx, "plenty", KEY),
    },
    {
      name: "limit, refused",
      prepare: exhausted,
      calls: 20,
      run: (limiter, ctx) => limiter.limit(ctx, "scarce", KEY),
    },
    {
      name: "check",
      prepare: warm,
      calls: 20,
      run: (limiter, ctx) => limiter.check(ctx, "plenty", KEY),
    },
    {
      name: "getValue",
      prepare: warm,
      run: (limiter, ctx) => limiter.getValue(ctx, "plenty", KEY),
    },
    {
      name: "reset",
      prepare: warm,
      isRepeatable: false,
      run: (limiter, ctx) => limiter.reset(ctx, "plenty", KEY),
    },
  ],
  growths: [
    {
      of: "keys",
      sizes: [10, 100, 1_000, 10_000],
      grow: (world, { from, to }) =>
        world.fill("rateLimiter", async (ctx) => {
          for (let i = from; i < to; i++) {
            const row = { name: "plenty", key: `key ${i}`, shard: 0, value: 7, ts: 0 };
            await ctx.db.insert("rateLimits", row);
          }
        }),
      operations: [
        {
          name: "limit, one of many keys",
          metric: "documentsRead",
          run: (limiter, ctx) => limiter.limit(ctx, "plenty", { key: "key 7" }),
        },
      ],
    },
  ],
  worse: [
    {
      values: ["bytesRead", "bytesWritten"],
      because:
        "a row also holds the capacity it was written with (`cap`, 13 bytes), so that a change of capacity keeps what was used",
    },
  ],
  contentions: [
    {
      name: "limit, one key",
      of: "clients",
      values: [1, 4, 16, 32, 64],
      run: (limiter, ctx, { key }) => limiter.limit(ctx, "plenty", { key }),
    },
    {
      name: "limit, one of many keys, 32 clients",
      of: "keys",
      values: [10, 100, 1_000],
      run: (limiter, ctx, { key }) => limiter.limit(ctx, "plenty", { key }),
    },
  ],
});
