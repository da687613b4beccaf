import { convexTest } from "convex-test";
import {
  componentsGeneric,
  defineSchema,
  type GenericDataModel,
  type GenericMutationCtx,
} from "convex/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ComponentApi } from "../component/_generated/component.js";
import type { Feature, Kind } from "../shared/kinds.js";
import { register } from "../test.js";
import { HOUR, RateLimiter, SUPPORT, type RateLimitConfig } from "./index.js";

/*
 * What every kind can do, over all combinations: exactly what `SUPPORT` says, and the rest is a typed
 * error that wrote nothing.
 */

const { rateLimiter: component } = componentsGeneric() as unknown as { rateLimiter: ComponentApi };

const CONFIGS: { [K in Kind]: RateLimitConfig & { kind: K } } = {
  "token bucket": { kind: "token bucket", rate: 6, period: HOUR },
  "fixed window": { kind: "fixed window", rate: 6, period: HOUR },
  "sliding window": { kind: "sliding window", rate: 6, period: HOUR },
  "sliding log": { kind: "sliding log", rate: 6, period: HOUR },
  calendar: { kind: "calendar", rate: 6, unit: "day" },
  concurrency: { kind: "concurrency", max: 6 },
};

const KINDS = Object.keys(CONFIGS) as Kind[];

type Ctx = GenericMutationCtx<GenericDataModel>;
type Limiter = RateLimiter<{ a: RateLimitConfig }>;
type Operation = (limiter: Limiter, ctx: Ctx, options: Inline) => Promise<unknown>;
type Inline = { config?: RateLimitConfig };

const FIRST_PAGE = { numItems: 5, cursor: null };

/** What each operation takes, and what it answers when it is the first of a limit of six. */
const OPERATIONS: Record<string, { feature: Feature; run: Operation; answer: object }> = {
  limit: { feature: "tokens", run: (l, ctx, o) => l.limit(ctx, "a", o), answer: { ok: true } },
  precheck: {
    feature: "tokens",
    run: (l, ctx, o) => l.limit(ctx, "a", { ...o, precheck: true }),
    answer: { ok: true },
  },
  check: { feature: "tokens", run: (l, ctx, o) => l.check(ctx, "a", o), answer: { ok: true } },
  consume: {
    feature: "tokens",
    run: (l, ctx, o) => l.consume(ctx, "a", o),
    answer: { ok: true, limit: 6, used: 1, remaining: 5 },
  },
  limitAll: {
    feature: "tokens",
    run: (l, ctx, o) => l.limitAll(ctx, [{ ...o, name: "a" }]),
    answer: { ok: true },
  },
  charge: {
    feature: "tokens",
    run: (l, ctx, o) => l.charge(ctx, "a", { ...o, count: 8 }),
    answer: { ok: true, used: 8, remaining: 0 },
  },
  refund: {
    feature: "tokens",
    run: (l, ctx, o) => l.refund(ctx, "a", o),
    answer: { ok: true, used: 0, remaining: 6 },
  },
  reserve: { feature: "tokens", run: (l, ctx, o) => l.reserve(ctx, "a", o), answer: { ok: true } },
  block: {
    feature: "tokens",
    run: (l, ctx, o) => l.block(ctx, "a", o),
    answer: { ok: false, reason: "blocked" },
  },
  unblock: { feature: "tokens", run: (l, ctx, o) => l.unblock(ctx, "a", o), answer: { ok: true } },
  getValue: {
    feature: "tokens",
    run: (l, ctx, o) => l.getValue(ctx, "a", o),
    answer: { value: 6 },
  },
  "limit into debt": {
    feature: "debt",
    run: (l, ctx, o) => l.limit(ctx, "a", { ...o, count: 7, reserve: true }),
    answer: { ok: true, retryAfter: expect.any(Number) },
  },
  "reserve into debt": {
    feature: "debt",
    run: (l, ctx, o) => l.reserve(ctx, "a", { ...o, count: 7 }),
    answer: { ok: true },
  },
  acquire: {
    feature: "leases",
    run: (l, ctx, o) => l.acquire(ctx, "a", o),
    answer: { ok: true, active: 1 },
  },
};

/** What works whatever the kind. */
const COMMON: Record<string, { run: Operation; answer: object }> = {
  peek: {
    run: (l, ctx, o) => l.peek(ctx, "a", o),
    answer: { ok: true, limit: 6, used: 0, remaining: 6 },
  },
  "peek of the snapshot": {
    run: (l, ctx, o) => l.peek(ctx, "a", { ...o, snapshot: true }),
    answer: { remaining: 6 },
  },
  list: {
    run: (l, ctx, o) => l.list(ctx, "a", { ...o, paginationOpts: FIRST_PAGE }),
    answer: { page: [], isDone: true },
  },
  reset: {
    run: async (l, ctx, o) => (await l.reset(ctx, "a", o)) ?? l.peek(ctx, "a", o),
    answer: { used: 0 },
  },
};

/** Options, and the feature they belong to. */
const OPTIONS: Record<string, { feature: Feature | null; option: object }> = {
  none: { feature: null, option: {} },
  overrides: { feature: null, option: { overrides: true } },
  shards: { feature: "shards", option: { shards: 3 } },
  applyUpdates: { feature: "asynchronously", option: { applyUpdates: "asynchronously" } },
  capacity: { feature: "debt", option: { capacity: 6 } },
  maxReserved: { feature: "debt", option: { maxReserved: 100 } },
};

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-01-01T00:00:00Z"), toFake: ["Date"] });
  vi.spyOn(Math, "random").mockReturnValue(0.999);
});

afterEach(() => {
  vi.useRealTimers();
});

function setup() {
  const t = convexTest(defineSchema({}), { "./_generated/api.js": () => Promise.resolve({}) });
  register(t);
  return t;
}

/** What an operation answers, or the data of its error, and how many documents it wrote. */
function attempt(run: (ctx: Ctx) => Promise<unknown>) {
  return setup().run(async (ctx) => {
    const outcome: unknown = await run(ctx).catch((error: { data?: unknown }) => ({
      thrown: error.data ?? String(error),
    }));
    const { documentsWritten } = await ctx.meta.getTransactionMetrics();
    return { outcome, written: documentsWritten.used };
  });
}

const supports = (kind: Kind, feature: Feature | null) =>
  feature === null || SUPPORT[kind].includes(feature);

const combinations = KINDS.flatMap((kind) =>
  Object.entries(OPTIONS).map(([name, { feature, option }]) => ({
    kind,
    name,
    isSupported: supports(kind, feature),
    config: { ...CONFIGS[kind], ...option },
  })),
);

describe.each(combinations.filter(({ isSupported }) => isSupported))(
  "a $kind limit with the option $name",
  ({ kind, config }) => {
    const limiter = new RateLimiter(component, { a: config });

    test.each(Object.entries(OPERATIONS))("is asked to %s", async (_, { feature, run, answer }) => {
      const { outcome, written } = await attempt((ctx) => run(limiter, ctx, {}));
      if (supports(kind, feature)) return expect(outcome).toMatchObject(answer);
      const field = feature === "debt" && supports(kind, "tokens") ? "count" : "kind";
      expect(outcome).toMatchObject({ thrown: { code: "INVALID_RATE_LIMIT", field, name: "a" } });
      expect(written).toBe(0);
    });

    test.each(Object.entries(COMMON))("is asked to %s", async (_, { run, answer }) => {
      expect((await attempt((ctx) => run(limiter, ctx, {}))).outcome).toMatchObject(answer);
    });

    test("is listed when used, and starts anew after a reset", async () => {
      await setup().run(async (ctx) => {
        if (kind === "concurrency") await limiter.acquire(ctx, "a");
        else await limiter.charge(ctx, "a");
        const { page } = await limiter.list(ctx, "a", { paginationOpts: FIRST_PAGE });
        expect(page).toMatchObject([{ status: { used: 1, remaining: 5 } }]);
        await limiter.reset(ctx, "a");
        expect(await limiter.peek(ctx, "a")).toMatchObject({ ok: true, used: 0, remaining: 6 });
      });
    });
  },
);

describe.each(combinations.filter(({ isSupported }) => !isSupported))(
  "a $kind limit with the option $name, which it does not have,",
  ({ name, config }) => {
    const data = { code: "INVALID_RATE_LIMIT", field: name, name: "a" };

    test("cannot be defined", () => {
      const define = () => new RateLimiter(component, { a: config });
      const error = { data: expect.objectContaining(data) };
      expect(define).toThrow(expect.objectContaining(error));
    });

    test.each(Object.entries({ ...OPERATIONS, ...COMMON }))(
      "cannot be given inline to %s",
      async (_, { run }) => {
        const limiter = new RateLimiter(component) as unknown as Limiter;
        const { outcome, written } = await attempt((ctx) => run(limiter, ctx, { config }));
        expect(outcome).toMatchObject({ thrown: data });
        expect(written).toBe(0);
      },
    );
  },
);
