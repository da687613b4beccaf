import { convexTest } from "convex-test";
import { describe, expect, test, vi } from "vitest";
import { modules } from "../test.js";
import { api } from "./_generated/api.js";
import schema from "./schema.js";

const config = { kind: "token bucket", rate: 2, period: 3_600_000 } as const;
const args = { name: "a", key: "ada", config };

type TestContext = Parameters<Parameters<ReturnType<typeof setup>["run"]>[0]>[0];

const setup = () => convexTest(schema, modules);

/** What one operation reads and writes, and how many index ranges it queries. */
function cost(t: ReturnType<typeof setup>, operation: (ctx: TestContext) => Promise<unknown>) {
  return t.run(async (ctx) => {
    await operation(ctx);
    const metrics = await ctx.meta.getTransactionMetrics();
    return [
      metrics.databaseQueries.used,
      metrics.documentsRead.used,
      metrics.documentsWritten.used,
    ];
  });
}

test("queries, documents read and documents written of every operation", async () => {
  const t = setup();
  const limit = (ctx: TestContext) => ctx.runMutation(api.limits.rateLimit, args);
  const check = (ctx: TestContext) => ctx.runQuery(api.limits.checkRateLimit, args);
  const value = (ctx: TestContext) => ctx.runQuery(api.limits.getValue, args);
  const reset = (ctx: TestContext) => ctx.runMutation(api.limits.resetRateLimit, args);
  expect({
    "check, never used": await cost(t, check),
    "limit, first": await cost(t, limit),
    "limit, warm": await cost(t, limit),
    "limit, refused": await cost(t, limit),
    check: await cost(t, check),
    getValue: await cost(t, value),
    reset: await cost(t, reset),
    "reset, never used": await cost(t, reset),
  }).toEqual({
    "check, never used": [1, 0, 0],
    "limit, first": [1, 0, 1],
    "limit, warm": [1, 2, 1],
    "limit, refused": [1, 1, 0],
    check: [1, 1, 0],
    getValue: [1, 1, 0],
    // One query for the rows, and one for reservations.
    reset: [2, 2, 1],
    "reset, never used": [2, 0, 0],
  });
});

describe("with shards", () => {
  const shards = 10;
  const sharded = { ...args, config: { ...config, rate: 100, shards } };

  test("a row with room is one query, and a refusal looks at all of them", async () => {
    // Every shard in turn: a shard drawn at random may have been drawn often enough to be empty.
    let draws = 0;
    vi.spyOn(Math, "random").mockImplementation(() => (draws++ % shards) / shards);
    const t = setup();
    const limit = (count: number) => (ctx: TestContext) =>
      ctx.runMutation(api.limits.rateLimit, { ...sharded, count });
    const first = await cost(t, limit(1));
    for (let call = 0; call < 60; call++) await t.run(limit(1));
    const warm = await cost(t, limit(1));
    await t.run(limit(38));
    expect({
      "limit, first": first,
      "limit, warm": warm,
      "limit, refused": await cost(t, limit(1)),
      getValue: await cost(t, (ctx) => ctx.runQuery(api.limits.getValue, sharded)),
    }).toEqual({
      "limit, first": [3, 0, 1],
      "limit, warm": [1, 2, 1],
      "limit, refused": [2, 1 + shards, 0],
      getValue: [1, shards, 0],
    });
  });
});

test("a concurrent limit reads the events since its last checkpoint, and writes one", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.999);
  const t = setup();
  const concurrent = {
    ...args,
    config: { ...config, rate: 100, applyUpdates: "asynchronously" },
  } as const;
  const limit = (ctx: TestContext) => ctx.runMutation(api.limits.rateLimit, concurrent);
  for (let call = 0; call < 7; call++) await t.run(limit);
  expect(await cost(t, limit)).toEqual([3, 7, 1]);
  vi.mocked(Math.random).mockReturnValueOnce(0);
  await t.run(limit);
  expect(await cost(t, limit)).toEqual([3, 2, 1]);
});
