import { convexTest } from "convex-test";
import {
  componentsGeneric,
  defineSchema,
  type GenericDataModel,
  type GenericMutationCtx,
} from "convex/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ComponentApi } from "../component/_generated/component.js";
import { register } from "../test.js";
import { HOUR, RateLimiter } from "./index.js";

/*
 * What several calls of one mutation see of each other: everything, though refusals may rest on the
 * snapshot that the mutation began with.
 */

const { rateLimiter: component } = componentsGeneric() as unknown as { rateLimiter: ComponentApi };

const bucket = { kind: "token bucket", rate: 10, period: HOUR } as const;
const CONFIGS = {
  row: bucket,
  shards: { ...bucket, shards: 5 },
  log: { ...bucket, applyUpdates: "asynchronously" },
  leases: { kind: "concurrency", max: 10 },
} as const;
const limiter = new RateLimiter(component, CONFIGS);
const inline = new RateLimiter(component);

type Ctx = GenericMutationCtx<GenericDataModel>;

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

describe.each(["row", "shards", "log"] as const)("a %s in one mutation", (name) => {
  const exhausted = async () => {
    const t = setup();
    await t.run((ctx) => limiter.limit(ctx, name, { count: 10 }));
    return t;
  };

  test.each<[string, (ctx: Ctx) => Promise<unknown>]>([
    ["reset", async (ctx) => (await limiter.reset(ctx, name)) ?? null],
    ["refund", (ctx) => limiter.refund(ctx, name, { count: 10 })],
  ])("grants after a %s, with precheck too", async (_, free) => {
    for (const precheck of [false, true])
      await (
        await exhausted()
      ).run(async (ctx) => {
        expect(await limiter.limit(ctx, name, { precheck })).toMatchObject({ ok: false });
        await free(ctx);
        for (let call = 0; call < 10; call++)
          expect(await limiter.limit(ctx, name, { precheck })).toEqual({ ok: true });
        expect(await limiter.limit(ctx, name, { precheck })).toMatchObject({ ok: false });
      });
  });

  test("grants no more than it holds, whatever calls are mixed", async () => {
    await setup().run(async (ctx) => {
      expect(await limiter.limit(ctx, name, { count: 4, precheck: true })).toEqual({ ok: true });
      expect(await limiter.consume(ctx, name, { count: 3 })).toMatchObject({ remaining: 3 });
      expect(await limiter.limitAll(ctx, [{ name, count: 2 }])).toMatchObject({ ok: true });
      expect(await limiter.reserve(ctx, name)).toMatchObject({ ok: true, runAt: Date.now() });
      expect(await limiter.limit(ctx, name, { precheck: true })).toMatchObject({ ok: false });
      expect(await limiter.peek(ctx, name)).toMatchObject({ used: 10, remaining: 0 });
    });
  });

  test("refuses on the snapshot with precheck, in the words of a limit, and throws like one", async () => {
    await (
      await exhausted()
    ).run(async (ctx) => {
      const refused = await limiter.limit(ctx, name);
      expect(await limiter.limit(ctx, name, { precheck: true })).toEqual(refused);
      await expect(
        limiter.limit(ctx, name, { precheck: true, throws: true }),
      ).rejects.toMatchObject({ data: { code: "RATE_LIMITED", name, ...retryOf(refused) } });
    });
  });

  test("asks nothing but the snapshot for a refusal with precheck", async () => {
    await (
      await exhausted()
    ).run(async (ctx) => {
      const runMutation = vi.fn(ctx.runMutation.bind(ctx)) as typeof ctx.runMutation;
      await limiter.limit({ ...ctx, runMutation }, name, { precheck: true });
      expect(runMutation).not.toHaveBeenCalled();
    });
  });

  test("gives everything back when the mutation fails", async () => {
    const t = setup();
    const failing = t.run(async (ctx) => {
      await limiter.limit(ctx, name, { count: 7 });
      throw new Error("the caller changed its mind");
    });
    await expect(failing).rejects.toThrow("changed its mind");
    expect(await t.run((ctx) => limiter.peek(ctx, name))).toMatchObject({ used: 0 });
  });
});

function retryOf(refused: { retryAfter?: number }) {
  return { retryAfter: refused.retryAfter };
}

test("a peek at the snapshot does not see what its mutation did before", async () => {
  await setup().run(async (ctx) => {
    await limiter.limit(ctx, "row", { count: 4 });
    expect(await limiter.peek(ctx, "row")).toMatchObject({ used: 4 });
    expect(await limiter.peek(ctx, "row", { snapshot: true })).toMatchObject({ used: 0 });
  });
});

test.each(["row", "shards", "log", "leases"] as const)(
  "a reset without the config of a limit that is not defined forgets all the same: %s",
  async (name) => {
    const config = CONFIGS[name];
    await setup().run(async (ctx) => {
      if (name === "leases") await inline.acquire(ctx, name, { config });
      else await inline.charge(ctx, name, { config, count: 30 });
      expect(await inline.peek(ctx, name, { config })).not.toMatchObject({ used: 0 });
      await inline.reset(ctx, name);
      expect(await inline.peek(ctx, name, { config })).toMatchObject({ used: 0, remaining: 10 });
    });
  },
);
