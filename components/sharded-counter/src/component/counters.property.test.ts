import { fc, test } from "@fast-check/vitest";
import { convexTest } from "convex-test";
import { afterEach, beforeEach, describe, expect, vi } from "vitest";
import type { Counter } from "../shared/validators.js";
import { modules } from "../test.js";
import { api } from "./_generated/api.js";
import { background } from "./model/background.js";
import schema from "./schema.js";

const T0 = new Date("2026-01-01T00:00:00Z").getTime();
const BOUNDS = { min: -20, max: 60, shards: 5 };

/** Histories times operations: 5,000 operations in all, and what a rebalance is tried on. */
const RUNS = 60;
const BOUNDED_RUNS = 40;
const LENGTH = 50;

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ["Date"] });
  background.isOn = false;
});

afterEach(() => {
  background.isOn = true;
  vi.useRealTimers();
});

const setup = () => convexTest(schema, modules);
type Test = ReturnType<typeof setup>;

/** How one name is stored, for as long as an operation says nothing else. */
const modes = fc.constantFrom<Omit<Counter, "name">>(
  {},
  {},
  { shards: 1 },
  { shards: 3 },
  { shards: 16 },
);

const operations = fc.array(
  fc.record({
    kind: fc.constantFrom(
      "add",
      "add",
      "add",
      "add",
      "addMany",
      "once",
      "set",
      "reset",
      "getAndReset",
      "rebalance",
      "sweep",
      "fail",
    ),
    name: fc.constantFrom("a", "b", "constructor"),
    mode: modes,
    count: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: -1000, max: 1000 }) },
      { weight: 1, arbitrary: fc.integer({ min: -(2 ** 45), max: 2 ** 45 }) },
    ),
    key: fc.constantFrom("k1", "k2", "k3"),
    /** Draws of the component: what is below makes checkpoints. */
    random: fc.constantFrom(0, 0.05, 0.5, 0.9),
    waitMs: fc.constantFrom(0, 0, 1, 30_000, 61_000, 120_000),
  }),
  { minLength: LENGTH, maxLength: LENGTH },
);

type Operation = (typeof operations extends fc.Arbitrary<infer Values> ? Values : never)[number];

/** Counters as a map has them. */
class Model {
  readonly totals = new Map<string, number>();
  readonly keys = new Set<string>();

  add(name: string, count: number) {
    this.totals.set(name, this.total(name) + count);
  }

  total(name: string): number {
    return this.totals.get(name) ?? 0;
  }
}

/** Carries out one operation on both. */
async function apply(t: Test, model: Model, operation: Operation): Promise<void> {
  const { kind, name, mode, count, key } = operation;
  const counter = { name, ...mode };
  const additions = [{ ...counter, count }];
  switch (kind) {
    case "add":
      await t.mutation(api.counters.addMany, { additions });
      return model.add(name, count);
    case "addMany":
      await t.mutation(api.counters.addMany, { additions: [...additions, { name: "b", count }] });
      model.add(name, count);
      return model.add("b", count);
    case "once": {
      const args = { ...counter, count, key, ttlMs: 1e9 };
      const { isFirst } = await t.mutation(api.events.once, args);
      expect(isFirst).toBe(!model.keys.has(`${name}/${key}`));
      model.keys.add(`${name}/${key}`);
      if (isFirst) model.add(name, count);
      return;
    }
    case "set":
      await t.mutation(api.counters.set, { ...counter, value: count });
      model.totals.set(name, count);
      return;
    case "reset":
      await t.mutation(api.counters.reset, counter);
      model.totals.delete(name);
      return;
    case "getAndReset":
      expect(await t.mutation(api.counters.getAndReset, counter)).toBe(model.total(name));
      model.totals.delete(name);
      return;
    case "rebalance":
      await t.mutation(api.counters.rebalance, counter);
      return;
    case "sweep":
      await t.mutation(api.events.sweep);
      return;
    case "fail":
      await expect(
        t.run(async (ctx) => {
          await ctx.runMutation(api.counters.addMany, { additions });
          throw new Error("undone");
        }),
      ).rejects.toThrow("undone");
  }
}

test.prop([operations], { numRuns: RUNS })(
  "any history, in any modes, counts as a map does, however it is asked",
  async (history) => {
    const t = setup();
    const model = new Model();
    const random = vi.spyOn(Math, "random");
    for (const operation of history) {
      vi.setSystemTime(Date.now() + operation.waitMs);
      random.mockReturnValue(operation.random);
      await apply(t, model, operation);
      const { name } = operation;
      const total = model.total(name);
      expect(await t.query(api.counters.count, { name })).toBe(total);
      const counters = [{ name, shards: [] }];
      expect(await t.mutation(api.counters.countManyInMutation, { counters })).toEqual([total]);
      expect(
        await t.query(api.counters.estimateCount, { name, shards: 16, readFromShards: 16 }),
      ).toBe(total);
    }
    const { page } = await t.query(api.counters.list, { prefix: "", numItems: 9, cursor: null });
    for (const { name, total } of page) expect(total).toBe(model.total(name));
  },
  120_000,
);

describe("a bounded counter", () => {
  const changes = fc.array(
    fc.record({
      count: fc.integer({ min: -40, max: 40 }),
      random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      kind: fc.constantFrom("tryAdd", "tryAdd", "tryAdd", "tryAdd twice", "rebalance"),
    }),
    { minLength: LENGTH, maxLength: LENGTH },
  );

  test.prop([changes], { numRuns: BOUNDED_RUNS })(
    "changes exactly when its total stays in the bounds",
    async (history) => {
      const t = setup();
      let total = 0;
      const random = vi.spyOn(Math, "random");
      const args = { name: "a", bounds: BOUNDS };
      const expected = (count: number) => {
        const ok = total + count >= BOUNDS.min && total + count <= BOUNDS.max;
        if (ok) total += count;
        return ok;
      };
      for (const { count, random: draw, kind } of history) {
        random.mockReturnValue(draw);
        if (kind === "rebalance") await t.mutation(api.counters.rebalance, args);
        else
          await t.run(async (ctx) => {
            for (let call = 0; call < (kind === "tryAdd" ? 1 : 2); call++) {
              const { ok } = await ctx.runMutation(api.counters.tryAdd, { ...args, count });
              expect(ok).toBe(expected(count));
            }
          });
        expect(await t.query(api.counters.count, { name: "a" })).toBe(total);
      }
    },
    120_000,
  );
});

describe("a rebalance", () => {
  const cents = fc.integer({ min: -1e8, max: 1e8 }).map((amount) => amount / 100);

  test.prop([fc.array(cents, { minLength: 1, maxLength: 10 }), fc.integer({ min: 1, max: 100 })], {
    numRuns: 40,
  })(
    "keeps the count and makes every estimate equal to it",
    async (amounts, shards) => {
      const t = setup();
      for (const count of amounts) await t.mutation(api.counters.add, { name: "a", count, shards });
      const count = await t.query(api.counters.count, { name: "a" });
      await t.mutation(api.counters.rebalance, { name: "a", shards });
      expect(await t.query(api.counters.count, { name: "a" })).toBe(count);
      for (let readFromShards = 1; readFromShards <= shards; readFromShards += 7) {
        const args = { name: "a", shards, readFromShards };
        const estimate = await t.query(api.counters.estimateCount, args);
        expect(Math.abs(estimate - count)).toBeLessThan(0.005);
      }
    },
    60_000,
  );
});
