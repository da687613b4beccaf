import { convexTest } from "convex-test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { modules } from "../test.js";
import { api } from "./_generated/api.js";
import schema from "./schema.js";

/*
 * [queries, documents read, documents written] of each operation, on a limit that has been used. A
 * document that is patched or deleted is read once more, and one got by its id is a query.
 */

const T0 = new Date("2026-01-01T00:00:00Z").getTime();
const HOUR = 3_600_000;
const SHARDS = 10;

type TestContext = Parameters<Parameters<ReturnType<typeof setup>["run"]>[0]>[0];
type Operation = (ctx: TestContext) => Promise<unknown>;

const setup = () => convexTest(schema, modules);

async function cost(t: ReturnType<typeof setup>, operation: Operation) {
  return t.run(async (ctx) => {
    await operation(ctx);
    const { databaseQueries, documentsRead, documentsWritten } =
      await ctx.meta.getTransactionMetrics();
    return [databaseQueries.used, documentsRead.used, documentsWritten.used];
  });
}

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

const base = { kind: "token bucket", rate: 100, period: HOUR } as const;

/** On one row, on ten shards, and on a log of two events since the last checkpoint. */
const EXPECTED = {
  "peek, never used": [
    [1, 0, 0],
    [1, 0, 0],
    [2, 0, 0],
  ],
  peek: [
    [1, 1, 0],
    [1, 10, 0],
    [2, 2, 0],
  ],
  peekInMutation: [
    [1, 1, 0],
    [1, 10, 0],
    [3, 2, 0],
  ],
  "consume, first": [
    [1, 0, 1],
    [3, 0, 1],
    [3, 0, 1],
  ],
  // A shard that has room is all that is decided on; the status looks at the others in the snapshot.
  consume: [
    [1, 2, 1],
    [2, 12, 1],
    [3, 2, 1],
  ],
  "consume, refused": [
    [1, 1, 0],
    [2, 11, 0],
    [3, 2, 0],
  ],
  "consume, too large": [
    [1, 1, 0],
    [1, 10, 0],
    [3, 2, 0],
  ],
  "limitAll of 3": [
    [3, 6, 3],
    [6, 36, 3],
    [9, 6, 3],
  ],
  "limitAll of 3, refused": [
    [3, 3, 0],
    [6, 33, 0],
    [9, 6, 0],
  ],
  charge: [
    [1, 2, 1],
    [2, 12, 1],
    [3, 2, 1],
  ],
  // A debt is on every shard.
  "charge, into debt": [
    [1, 2, 1],
    [3, 31, 10],
    [3, 2, 1],
  ],
  refund: [
    [1, 2, 1],
    [2, 12, 1],
    [3, 3, 1],
  ],
  "refund, of a debt": [
    [1, 2, 1],
    [2, 21, 10],
    [3, 3, 1],
  ],
  reserve: [
    [1, 2, 2],
    [1, 2, 2],
    [3, 2, 2],
  ],
  "settle, for more": [
    [2, 4, 2],
    [3, 14, 2],
    [4, 5, 2],
  ],
  cancel: [
    [2, 4, 2],
    [3, 14, 2],
    [4, 5, 2],
  ],
  block: [
    [1, 2, 1],
    [1, 20, 10],
    [3, 2, 1],
  ],
  unblock: [
    [1, 2, 1],
    [1, 20, 10],
    [3, 3, 1],
  ],
  reset: [
    [2, 2, 1],
    [2, 20, 10],
    [1, 0, 1],
  ],
  "list, a page of 1 key": [
    [3, 2, 0],
    [3, 11, 0],
    [6, 3, 0],
  ],
};

test.each([
  ["one row", base, 0],
  ["shards", { ...base, shards: SHARDS }, 1],
  ["the log", { ...base, applyUpdates: "asynchronously" }, 2],
] as const)("every operation on %s", async (mode, config, column) => {
  // The first shard, and no checkpoint.
  vi.spyOn(Math, "random").mockReturnValue(mode === "the log" ? 0.999 : 0);
  const item = (count?: number, name = "a") => ({ name, key: "ada", config, count });
  const limit = { name: "a", key: "ada", config };
  const items = (count: number) => ["a", "b", "c"].map((name) => item(count, name));
  const of =
    (kind: "consume" | "charge" | "refund", count?: number, name?: string): Operation =>
    (ctx) =>
      ctx.runMutation(api.limits[kind], item(count, name));
  const paginationOpts = { numItems: 10, cursor: null };
  let reservationId = "";
  const reserve: Operation = async (ctx) => {
    const reserved = await ctx.runMutation(api.reservations.reserve, item(2));
    if (reserved.ok) ({ reservationId } = reserved);
  };
  const operations: Record<string, [operation: Operation, before?: Operation]> = {
    "peek, never used": [(ctx) => ctx.runQuery(api.limits.peek, item(1, "unused"))],
    peek: [(ctx) => ctx.runQuery(api.limits.peek, item())],
    peekInMutation: [(ctx) => ctx.runMutation(api.limits.peekInMutation, item())],
    "consume, first": [of("consume", 1, "unused")],
    consume: [of("consume")],
    "consume, refused": [of("consume", 99)],
    "consume, too large": [of("consume", 101)],
    "limitAll of 3": [(ctx) => ctx.runMutation(api.limits.limitAll, { items: items(1) })],
    "limitAll of 3, refused": [(ctx) => ctx.runMutation(api.limits.limitAll, { items: items(99) })],
    charge: [of("charge")],
    "charge, into debt": [of("charge", 200)],
    refund: [of("refund"), of("consume")],
    "refund, of a debt": [of("refund", 50), of("charge", 200)],
    reserve: [reserve],
    "settle, for more": [
      (ctx) => ctx.runMutation(api.reservations.settle, { reservationId, count: 3 }),
      reserve,
    ],
    cancel: [(ctx) => ctx.runMutation(api.reservations.cancel, { reservationId }), reserve],
    block: [(ctx) => ctx.runMutation(api.limits.block, limit)],
    unblock: [
      (ctx) => ctx.runMutation(api.limits.unblock, limit),
      (ctx) => ctx.runMutation(api.limits.block, limit),
    ],
    reset: [(ctx) => ctx.runMutation(api.limits.resetRateLimit, limit)],
    "list, a page of 1 key": [
      (ctx) => ctx.runQuery(api.keys.list, { name: "a", config, paginationOpts }),
    ],
  };
  const found: Record<string, number[]> = {};
  for (const [name, [operation, before]] of Object.entries(operations)) {
    const t = setup();
    // Two events, or as many rows as there are shards, and the first of them has room.
    for (const used of ["a", "b", "c"]) {
      await t.run(of("consume", 100, used));
      await t.run(of("refund", 60, used));
    }
    if (before) await t.run(before);
    found[name] = await cost(t, operation);
  }
  const costs = Object.entries(EXPECTED).map(([name, modes]) => [name, modes[column]]);
  expect(found).toEqual(Object.fromEntries(costs));
});

test("leases, overrides, and pages of keys", async () => {
  const t = setup();
  const leases = { name: "jobs", config: { kind: "concurrency", max: 10 } } as const;
  const args = { name: "a", key: "ada", config: { ...base, overrides: true } };
  // The first slot that is free.
  vi.spyOn(Math, "random").mockReturnValue(0);
  const leaseIds: string[] = [];
  const acquire: Operation = async (ctx) => {
    const lease = await ctx.runMutation(api.leases.acquire, leases);
    if (lease.ok) leaseIds.push(lease.leaseId);
  };
  const last = () => ({ leaseId: leaseIds.at(-1) ?? "" });
  const setOverride: Operation = (ctx) =>
    ctx.runMutation(api.overrides.setOverride, { ...args, override: { rate: 7 } });
  const limit: Operation = (ctx) => ctx.runMutation(api.limits.rateLimit, args);
  const clearOverride: Operation = (ctx) =>
    ctx.runMutation(api.overrides.clearOverride, { name: "a", key: "ada" });
  const list: Operation = (ctx) =>
    ctx.runQuery(api.keys.list, {
      name: "b",
      config: base,
      paginationOpts: { numItems: 10, cursor: null },
    });
  const times = async (count: number, operation: Operation) => {
    for (let call = 0; call < count; call++) await t.run(operation);
  };
  let keys = 0;
  const nextKey: Operation = (ctx) =>
    ctx.runMutation(api.limits.rateLimit, { name: "b", key: `key ${keys++}`, config: base });
  expect({
    "acquire, first": await cost(t, acquire),
    "acquire, with 1 held": await cost(t, acquire),
    "acquire, with 9 held": (await times(7, acquire), await cost(t, acquire)),
    "acquire, refused with 10 held": await cost(t, acquire),
    renew: await cost(t, (ctx) => ctx.runMutation(api.leases.renew, last())),
    release: await cost(t, (ctx) => ctx.runMutation(api.leases.release, last())),
    "acquire, where all have expired": (vi.setSystemTime(T0 + HOUR), await cost(t, acquire)),
    setOverride: await cost(t, setOverride),
    "setOverride, again": await cost(t, setOverride),
    "limit with an override, first": await cost(t, limit),
    "limit with an override, warm": await cost(t, limit),
    clearOverride: await cost(t, clearOverride),
    "list, a page of 10 keys": (await times(20, nextKey), await cost(t, list)),
  }).toEqual({
    // One for the snapshot, one for the slot, and one for slots that a greater max had.
    "acquire, first": [3, 0, 1],
    "acquire, with 1 held": [3, 1, 1],
    "acquire, with 9 held": [3, 9, 1],
    "acquire, refused with 10 held": [1, 10, 0],
    renew: [1, 2, 1],
    release: [1, 2, 1],
    "acquire, where all have expired": [3, 11, 2],
    setOverride: [1, 0, 1],
    "setOverride, again": [1, 2, 1],
    "limit with an override, first": [2, 1, 1],
    "limit with an override, warm": [2, 3, 1],
    clearOverride: [1, 2, 1],
    "list, a page of 10 keys": [21, 20, 0],
  });
});
