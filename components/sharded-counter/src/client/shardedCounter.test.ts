import { convexTest } from "convex-test";
import {
  actionGeneric,
  componentsGeneric,
  defineSchema,
  makeFunctionReference,
  mutationGeneric,
} from "convex/server";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { ComponentApi } from "../component/_generated/component.js";
import { register } from "../test.js";
import {
  ShardedCounter,
  UniqueCounter,
  type CounterOptions,
  type RunMutationCtx,
} from "./index.js";

const { shardedCounter: component } = componentsGeneric() as unknown as {
  shardedCounter: ComponentApi;
};

const log = new ShardedCounter(component);
const sharded = new ShardedCounter(component, { defaultShards: 16 });
const MODES = { log, sharded };

/** Everything runs in functions of this app, so that `ctx` is what functions get. */
type Body = (ctx: RunMutationCtx) => Promise<unknown>;
let body: Body = () => Promise.resolve();

const app = {
  "./_generated/api.js": () => Promise.resolve({}),
  "./app.js": () =>
    Promise.resolve({
      mutate: mutationGeneric({ handler: (ctx) => body(ctx).then(() => null) }),
      act: actionGeneric({ handler: (ctx) => body(ctx as never).then(() => null) }),
    }),
};

const mutate = makeFunctionReference<"mutation">("app:mutate");
const act = makeFunctionReference<"action">("app:act");

function setup() {
  const t = convexTest(defineSchema({}), app);
  register(t);
  const run = async (reference: typeof mutate | typeof act, next: Body): Promise<unknown> => {
    body = next;
    return reference === mutate ? t.mutation(mutate, {}) : t.action(act, {});
  };
  const rows = (table: "counters" | "events") =>
    inComponent(t, (ctx) => ctx.db.query(table).take(5000));
  return {
    mutation: (next: Body) => run(mutate, next),
    action: (next: Body) => run(act, next),
    rows,
    t,
  };
}

beforeEach(() => {
  // No checkpoint by chance, and always the last row: tests that want another one ask for it.
  vi.spyOn(Math, "random").mockReturnValue(0.999);
});

/** Looks into the component's own tables. */
function inComponent<Result>(
  t: ReturnType<typeof convexTest>,
  look: (ctx: {
    db: { query: (table: string) => { take: (count: number) => Promise<Row[]> } };
  }) => Promise<Result>,
): Promise<Result> {
  const internals = t as unknown as {
    runInComponent: (path: string, look: unknown) => Promise<Result>;
  };
  return internals.runInComponent("shardedCounter", look);
}

interface Row {
  name: string;
  value: number;
  count: number;
}

describe.each(Object.entries(MODES))("a counter in %s mode", (_mode, counter) => {
  test("adds, subtracts, increments and decrements, by any number", async () => {
    await setup().mutation(async (ctx) => {
      await counter.add(ctx, "a", 10);
      await counter.add(ctx, "a", 5);
      await counter.subtract(ctx, "a", 5);
      await counter.inc(ctx, "a");
      await counter.dec(ctx, "a");
      await counter.add(ctx, "a", -3);
      expect(await counter.count(ctx, "a")).toBe(7);
      expect(await counter.count(ctx, "unknown")).toBe(0);
    });
  });

  test("does the same for one name", async () => {
    const a = counter.for("a");
    await setup().mutation(async (ctx) => {
      await a.add(ctx, 10);
      await a.subtract(ctx, 2);
      await a.add(ctx);
      await a.inc(ctx);
      await a.dec(ctx);
      expect(await a.count(ctx)).toBe(9);
      expect(await a.snapshotCount(ctx)).toBe(9);
      expect(await a.estimateCount(ctx, 16)).toBe(9);
      await a.rebalance(ctx);
      expect(await a.count(ctx)).toBe(9);
      await a.reset(ctx);
      expect(await a.count(ctx)).toBe(0);
    });
  });

  test("resets, sets, and takes what it was, in the same mutation as additions", async () => {
    await setup().mutation(async (ctx) => {
      await counter.add(ctx, "a", -20);
      await counter.reset(ctx, "a");
      await counter.reset(ctx, "a");
      expect(await counter.count(ctx, "a")).toBe(0);
      await counter.add(ctx, "a", 3);
      expect(await counter.snapshotCount(ctx, "a")).toBe(3);
      await counter.set(ctx, "a", 7.5);
      await counter.inc(ctx, "a");
      expect(await counter.getAndReset(ctx, "a")).toBe(8.5);
      expect(await counter.count(ctx, "a")).toBe(0);
    });
  });

  test("counts in actions, where additions at once all land", async () => {
    const t = setup();
    await t.action(async (ctx) => {
      await Promise.all([counter.inc(ctx, "a"), counter.inc(ctx, "a")]);
      expect(await counter.count(ctx, "a")).toBe(2);
      expect(await counter.snapshotCount(ctx, "a")).toBe(2);
      expect(await counter.estimateCount(ctx, "a", 16)).toBe(2);
    });
  });

  test.each(["constructor", "toString", "valueOf", "hasOwnProperty", "__proto__", "ключ", "🙂"])(
    "takes the name %s as any other",
    async (name) => {
      const own = new ShardedCounter<string>(component, { ...counter.options, shards: {} });
      await setup().mutation(async (ctx) => {
        await own.inc(ctx, name);
        await own.addMany(ctx, [[name, 2]]);
        expect(await own.countMany(ctx, [name, "b"])).toEqual(
          Object.fromEntries([
            [name, 3],
            ["b", 0],
          ]),
        );
      });
    },
  );

  test("forgets what a mutation did that failed", async () => {
    const t = setup();
    await expect(
      t.mutation(async (ctx) => {
        await counter.inc(ctx, "a");
        throw new Error("undone");
      }),
    ).rejects.toThrow("undone");
    await t.mutation(async (ctx) => expect(await counter.count(ctx, "a")).toBe(0));
  });

  test.each([NaN, Infinity, -Infinity, "5", null, 5n])(
    "refuses to add %s and writes nothing",
    async (count) => {
      const t = setup();
      const bad = count as number;
      for (const attempt of [
        (ctx: RunMutationCtx) => counter.add(ctx, "a", bad),
        (ctx: RunMutationCtx) => counter.subtract(ctx, "a", bad),
        (ctx: RunMutationCtx) => counter.addMany(ctx, { a: 1, b: bad }),
        (ctx: RunMutationCtx) => counter.once(ctx, "a", { key: "k", count: bad }),
      ])
        await expect(t.mutation(attempt)).rejects.toMatchObject({
          data: { code: "INVALID_COUNTER", field: "count" },
        });
      await expect(t.mutation((ctx) => counter.set(ctx, "a", bad))).rejects.toMatchObject({
        data: { field: "value" },
      });
      expect([...(await t.rows("counters")), ...(await t.rows("events"))]).toEqual([]);
    },
  );

  test.each(["", "é".repeat(257), undefined])("refuses the name %s", async (name) => {
    const add = setup().mutation((ctx) => counter.inc(ctx, name as string));
    await expect(add).rejects.toMatchObject({ data: { field: "name" } });
  });

  test("takes a thousand names at once, and no more", async () => {
    const names = Array.from({ length: 1001 }, (_, index) => `name ${index}`);
    const t = setup();
    const refused = { data: { code: "INVALID_COUNTER" } };
    await expect(
      t.mutation((ctx) =>
        counter.addMany(
          ctx,
          names.map((name) => [name, 1]),
        ),
      ),
    ).rejects.toMatchObject(refused);
    await expect(t.mutation((ctx) => counter.countMany(ctx, names))).rejects.toMatchObject(refused);
    await t.mutation((ctx) =>
      counter.addMany(
        ctx,
        names.slice(1).map((name) => [name, 1]),
      ),
    );
  });
});

describe("a sharded counter", () => {
  test("spreads separate mutations over its rows, also from one instance", async () => {
    const t = setup();
    let seed = 1;
    vi.spyOn(Math, "random").mockImplementation(
      () => (seed = (seed * 48271) % 2147483647) / 2147483647,
    );
    for (let call = 0; call < 1600; call++) await t.mutation((ctx) => sharded.inc(ctx, "a"));
    const values = (await t.rows("counters")).map(({ value }) => value);
    expect(values).toHaveLength(16);
    expect(Math.min(...values)).toBeGreaterThan(40);
    expect(Math.max(...values)).toBeLessThan(180);
  });

  test("changes one row in one mutation", async () => {
    const t = setup();
    await t.mutation(async (ctx) => {
      for (let call = 0; call < 100; call++) await sharded.inc(ctx, "a");
    });
    expect(await t.rows("counters")).toMatchObject([{ value: 100 }]);
  });

  test("has the shards of its name, of its own only", async () => {
    const counter = new ShardedCounter<string>(component, { shards: { one: 1 } });
    const t = setup();
    await t.mutation(async (ctx) => {
      await counter.inc(ctx, "one");
      await counter.inc(ctx, "constructor");
    });
    expect((await t.rows("counters")).map(({ name }) => name)).toEqual(["one"]);
    expect((await t.rows("events")).map(({ name }) => name)).toEqual(["constructor"]);
  });

  test("sees its own row in a snapshot, and what others committed before", async () => {
    const t = setup();
    await t.mutation((ctx) => sharded.add(ctx, "a", 5));
    vi.mocked(Math.random).mockReturnValue(0);
    await t.mutation((ctx) => sharded.add(ctx, "a", 1));
    await t.mutation(async (ctx) => {
      await sharded.add(ctx, "a", 2);
      expect(await sharded.snapshotCount(ctx, "a")).toBe(8);
      expect(await sharded.estimateCount(ctx, "a")).toBe(8);
      await sharded.rebalance(ctx, "a");
      expect(await sharded.snapshotCount(ctx, "a")).toBe(8);
    });
  });

  test("sees what other instances have done to rows in the same mutation", async () => {
    const other = new ShardedCounter(component, { defaultShards: 4 });
    const t = setup();
    await t.mutation((ctx) => sharded.add(ctx, "a", 5));
    await t.mutation(async (ctx) => {
      // One row of sixteen, another of four, and the row of sixteen again.
      await sharded.add(ctx, "a", 2);
      await other.add(ctx, "a", 10);
      await sharded.add(ctx, "a", 100);
      for (const counter of [sharded, other]) {
        expect(await counter.snapshotCount(ctx, "a")).toBe(117);
        expect(await counter.estimateCount(ctx, "a")).toBe(117);
      }
      await other.deletePrefix(ctx, "a");
      for (const name of ["a", "ab"]) expect(await sharded.snapshotCount(ctx, name)).toBe(0);
      await other.add(ctx, "ab", 3);
      expect(await sharded.snapshotCount(ctx, "ab")).toBe(3);
    });
  });

  test("estimates in a mutation from what was committed before", async () => {
    const t = setup();
    await t.mutation(async (ctx) => {
      await sharded.add(ctx, "a", 32);
      await sharded.rebalance(ctx, "a");
    });
    await t.mutation(async (ctx) => expect(await sharded.estimateCount(ctx, "a", 3)).toBe(32));
  });
});

describe("modes", () => {
  const everywhere: CounterOptions[] = [
    {},
    { defaultShards: 3 },
    { shards: { a: 5 } },
    { mode: "sharded" },
    { mode: "log", defaultShards: 3 },
    { mode: (name) => (name === "a" ? 7 : "log") },
    { bounded: { a: { max: 100 } } },
    {},
  ];

  test("may change at any time, and keep the count", async () => {
    const t = setup();
    let total = 0;
    for (const options of everywhere) {
      const counter = new ShardedCounter(component, options);
      await t.mutation((ctx) => counter.add(ctx, "a", 5));
      total += 5;
      await t.mutation(async (ctx) => {
        expect(await counter.count(ctx, "a")).toBe(total);
        expect(await counter.snapshotCount(ctx, "a")).toBe(total);
      });
    }
  });

  test("all reset what the others left behind", async () => {
    for (const options of everywhere) {
      const t = setup();
      for (const before of everywhere)
        await t.mutation((ctx) => new ShardedCounter(component, before).add(ctx, "a", 5));
      const counter = new ShardedCounter(component, options);
      await t.mutation((ctx) => counter.reset(ctx, "a"));
      await t.mutation(async (ctx) => expect(await counter.count(ctx, "a")).toBe(0));
      await t.mutation((ctx) => counter.set(ctx, "a", 3));
      await t.mutation(async (ctx) => expect(await counter.count(ctx, "a")).toBe(3));
    }
  });
});

describe("an instance", () => {
  test.each([0, -4, 2.5, NaN, 20_000, 1e6])("is not made with %d shards", (shards) => {
    const refused = expect.objectContaining({
      data: expect.objectContaining({ code: "INVALID_COUNTER", field: "shards" }),
    });
    expect(() => new ShardedCounter(component, { defaultShards: shards })).toThrow(refused);
    expect(() => new ShardedCounter(component, { shards: { z: shards } })).toThrow(refused);
    expect(() => new ShardedCounter(component, { bounded: { z: { shards } } })).toThrow(refused);
  });

  test.each([
    [{ min: 2, max: 1 }, "min"],
    [{ min: 0.5 }, "min"],
    [{ max: NaN }, "max"],
  ])("is not made with the bounds %o", (bounds, field) => {
    const make = () => new ShardedCounter(component, { bounded: { z: bounds } });
    expect(make).toThrow(
      expect.objectContaining({ data: expect.objectContaining({ field, name: "z" }) }),
    );
  });

  test.each([{ hour: 0 }, { day: 1001 }, { hour: 1.5 }])(
    "is not made with the history %o",
    (history) => {
      expect(() => new ShardedCounter(component, { history })).toThrow("history");
    },
  );

  test("keeps nothing of a transaction", async () => {
    const counter = new ShardedCounter(component, { defaultShards: 4 });
    const t = setup();
    const random = vi.spyOn(Math, "random");
    for (const shard of [0, 3, 1]) {
      random.mockReturnValue(shard / 4);
      await t.mutation((ctx) => counter.inc(ctx, "a"));
    }
    expect(await t.rows("counters")).toHaveLength(3);
  });
});

describe("whole numbers", () => {
  const integers = new ShardedCounter(component, { integer: true });
  const large = new ShardedCounter(component, { int64: true });

  test("are the only ones that `integer` takes", async () => {
    const t = setup();
    for (const count of [0.5, 2 ** 53])
      await expect(t.mutation((ctx) => integers.add(ctx, "a", count))).rejects.toMatchObject({
        data: { field: "count" },
      });
    expect(await t.rows("events")).toEqual([]);
  });

  test("beyond 2^53 - 1 are kept, and refused to be counted inexactly", async () => {
    const t = setup();
    await t.mutation((ctx) => integers.add(ctx, "a", Number.MAX_SAFE_INTEGER));
    await t.mutation((ctx) => integers.inc(ctx, "a"));
    await expect(t.mutation((ctx) => integers.count(ctx, "a"))).rejects.toMatchObject({
      data: { code: "INVALID_COUNTER", field: "total" },
    });
    await t.mutation((ctx) => integers.dec(ctx, "a"));
    await t.mutation(async (ctx) =>
      expect(await integers.count(ctx, "a")).toBe(Number.MAX_SAFE_INTEGER),
    );
  });

  test("of 64 bits are bigints, and exact", async () => {
    const t = setup();
    await t.mutation((ctx) => large.add(ctx, "a", BigInt(Number.MAX_SAFE_INTEGER)));
    await t.mutation((ctx) => large.inc(ctx, "a"));
    await t.mutation(async (ctx) => expect(await large.count(ctx, "a")).toBe(9007199254740992n));
    await t.mutation((ctx) => large.add(ctx, "a", 10));
    await t.mutation(async (ctx) => {
      expect(await large.count(ctx, "a")).toBe(9007199254741002n);
      expect(await large.estimateCount(ctx, "a")).toBe(9007199254741002n);
      expect(await large.getAndReset(ctx, "a")).toBe(9007199254741002n);
      await large.set(ctx, "a", 2n ** 63n - 1n);
      expect(await large.countMany(ctx, ["a", "b"])).toEqual({ a: 2n ** 63n - 1n, b: 0n });
    });
    await t.mutation((ctx) => large.inc(ctx, "a"));
    await expect(t.mutation((ctx) => large.count(ctx, "a"))).rejects.toMatchObject({
      data: { field: "total" },
    });
  });

  test("of 64 bits are estimated from rows, and exact from all of them", async () => {
    const rows = new ShardedCounter(component, { int64: true, defaultShards: 4 });
    const t = setup();
    await t.mutation((ctx) => rows.add(ctx, "a", 2n ** 60n + 1n));
    await t.mutation((ctx) => rows.rebalance(ctx, "a"));
    await t.mutation(async (ctx) => {
      expect(await rows.estimateCount(ctx, "a", 4)).toBe(2n ** 60n + 1n);
      expect(await rows.estimateCount(ctx, "a", 9)).toBe(2n ** 60n + 1n);
      expect(await rows.estimateCount(ctx, "a", 3)).toBe(2n ** 60n);
    });
  });

  test("of 64 bits are what tryAdd answers with", async () => {
    const seats = new ShardedCounter(component, { int64: true, bounded: { seats: { max: 9 } } });
    await setup().mutation(async (ctx) => {
      expect(await seats.tryAdd(ctx, "seats", 7n)).toEqual({ ok: true, count: 7n });
      expect(await seats.tryAdd(ctx, "seats", 3)).toEqual({ ok: false, count: 7n });
    });
  });

  test("are what an estimate of whole numbers is rounded to", async () => {
    const rows = new ShardedCounter(component, { integer: true, defaultShards: 3 });
    const t = setup();
    await t.mutation((ctx) => rows.add(ctx, "a", 10));
    await t.mutation((ctx) => rows.rebalance(ctx, "a"));
    await t.mutation(async (ctx) => expect(await rows.estimateCount(ctx, "a")).toBe(10));
  });

  test.each([2n ** 63n, -(2n ** 63n) - 1n, 0.5, 2 ** 53])(
    "of 64 bits are not %s",
    async (count) => {
      const add = setup().mutation((ctx) => large.add(ctx, "a", count));
      await expect(add).rejects.toMatchObject({ data: { field: "count" } });
    },
  );
});

test("additions to many names are one call to the component, and none if nothing changes", async () => {
  await setup().mutation(async (ctx) => {
    const runMutation = vi.fn(ctx.runMutation);
    const watched = { ...ctx, runMutation: runMutation as typeof ctx.runMutation };
    await log.addMany(watched, { a: 1, b: 2, c: 3 });
    expect(runMutation).toHaveBeenCalledTimes(1);
    await log.addMany(watched, [
      ["a", 1],
      ["a", -1],
    ]);
    expect(runMutation).toHaveBeenCalledTimes(1);
  });
});

test("deltas of one name are one event, and those that add up to 0 are none", async () => {
  const t = setup();
  await t.mutation((ctx) =>
    log.addMany(ctx, [...Array.from({ length: 10 }, () => ["a", 1] as const), ["b", 1], ["b", -1]]),
  );
  expect(await t.rows("events")).toMatchObject([{ name: "a", count: 10 }]);
  await t.mutation((ctx) =>
    log.addMany(
      ctx,
      Array.from({ length: 10 }, (_, index) => [`name ${index}`, 1] as const),
    ),
  );
  expect(await t.rows("events")).toHaveLength(11);
});

describe("what the official class lacks", () => {
  const T0 = new Date("2026-01-01T00:00:00Z").getTime();
  const HOUR = 3_600_000;
  const stock = new ShardedCounter(component, { bounded: { stock: { max: 10, shards: 3 } } });
  const kept = new ShardedCounter(component, { history: { hour: 24 } });

  test("stock that is never oversold, and additions that stop at a bound", async () => {
    const t = setup();
    await t.mutation((ctx) => stock.set(ctx, "stock", 5));
    await t.mutation(async (ctx) => {
      expect(await stock.tryAdd(ctx, "stock", -2)).toMatchObject({ ok: true });
      expect(await stock.tryAdd(ctx, "stock", -3)).toMatchObject({ ok: true });
      expect(await stock.tryAdd(ctx, "stock", -1)).toMatchObject({ ok: false });
      expect(await stock.snapshotCount(ctx, "stock")).toBe(0);
    });
    await expect(t.mutation((ctx) => stock.dec(ctx, "stock"))).rejects.toMatchObject({
      data: { code: "OUT_OF_BOUNDS", name: "stock", min: 0, max: 10 },
    });
    await t.mutation((ctx) => stock.rebalance(ctx, "stock"));
    await t.mutation((ctx) => stock.reset(ctx, "stock"));
    await expect(t.mutation((ctx) => stock.tryAdd(ctx, "other"))).rejects.toMatchObject({
      data: { field: "bounded" },
    });
  });

  test("additions that are made once", async () => {
    await setup().mutation(async (ctx) => {
      expect(await log.once(ctx, "a", { key: "event 1", count: 5 })).toBe(true);
      expect(await log.once(ctx, "a", { key: "event 1", count: 5 })).toBe(false);
      expect(await log.once(ctx, "a", { key: "event 2" })).toBe(true);
      expect(await log.count(ctx, "a")).toBe(6);
    });
  });

  test("lists, and deleting by prefix", async () => {
    const t = setup();
    await t.mutation((ctx) => log.addMany(ctx, { "post:1": 1, "post:2": 2, other: 3 }));
    await t.mutation(async (ctx) => {
      const paginationOpts = { numItems: 2, cursor: null };
      expect(await log.list(ctx, { prefix: "post:", paginationOpts })).toMatchObject({
        page: [
          { name: "post:1", count: 1 },
          { name: "post:2", count: 2 },
        ],
        isDone: true,
      });
      expect((await log.list(ctx, { paginationOpts })).isDone).toBe(false);
      expect((await log.deletePrefix(ctx, "post:")).isDone).toBe(true);
      expect(await log.countMany(ctx, ["post:1", "post:2", "other"], { snapshot: true })).toEqual({
        "post:1": 0,
        "post:2": 0,
        other: 3,
      });
    });
  });

  test("histories by the hour, of names that keep them", async () => {
    vi.useFakeTimers({ now: T0, toFake: ["Date"] });
    const t = setup();
    await t.mutation((ctx) => kept.add(ctx, "a", 5));
    vi.setSystemTime(T0 + HOUR);
    await t.mutation((ctx) => kept.set(ctx, "a", 2));
    await t.mutation(async (ctx) => {
      const range = { startAt: T0, endAt: T0 + 2 * HOUR };
      expect(await kept.series(ctx, "a", { unit: "hour", ...range })).toEqual([
        { startAt: T0, delta: 5, total: 5 },
        { startAt: T0 + HOUR, delta: -3, total: 2 },
      ]);
      await expect(kept.series(ctx, "a", { unit: "day", ...range })).rejects.toMatchObject({
        data: { field: "history" },
      });
      expect(await kept.rollup(ctx, "a")).toEqual({ count: 2, asOf: T0 + HOUR });
      expect(await kept.sweep(ctx)).toEqual({ deleted: 0, isDone: true });
    });
    vi.useRealTimers();
  });

  test("different items", async () => {
    const visitors = new UniqueCounter(component);
    await setup().mutation(async (ctx) => {
      expect(await visitors.add(ctx, "today", "ada")).toBe(true);
      expect(await visitors.add(ctx, "today", "ada")).toBe(false);
      await visitors.add(ctx, "yesterday", "bob");
      await visitors.merge(ctx, "today", "yesterday");
      expect(await visitors.count(ctx, "today")).toBe(2);
      await visitors.reset(ctx, "today");
      expect(await visitors.count(ctx, "today")).toBe(0);
    });
  });
});

test("the component can be mounted under another name", async () => {
  const { second } = componentsGeneric() as unknown as { second: ComponentApi };
  const t = convexTest(defineSchema({}), app);
  register(t, "second");
  const other = new ShardedCounter(second);
  await t.run((ctx) => other.inc(ctx, "a"));
  expect(await t.run((ctx) => other.count(ctx, "a"))).toBe(1);
});
