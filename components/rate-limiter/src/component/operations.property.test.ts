import { fc, test } from "@fast-check/vitest";
import { convexTest } from "convex-test";
import { afterEach, beforeEach, describe, expect, vi } from "vitest";
import { modules } from "../test.js";
import { api } from "./_generated/api.js";
import { background } from "./model/background.js";
import schema from "./schema.js";

/*
 * The operations on one limit, or several, by random histories against token buckets as the textbooks
 * have them: limitAll takes from all or from none (I6); blocks, reservations and what they cost in the
 * end (I10) in every mode; and checkpoints of the log that come and go change no answer (I14).
 */

const MINUTE = 60_000;
const T0 = new Date("2026-01-01T00:00:00Z").getTime();
const CAPACITY = 9;
const EPSILON = 1e-6;
const NAMES = ["a", "b"] as const;

const base = { kind: "token bucket", rate: 6, period: MINUTE, capacity: CAPACITY } as const;
const MODES = [
  ["one row", base],
  ["shards", { ...base, shards: 3 }],
  ["the log", { ...base, applyUpdates: "asynchronously" }],
] as const;

type Config = (typeof MODES)[number][1];
type Name = (typeof NAMES)[number];

const draws = fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true }));
const item = fc.record({ name: fc.constantFrom(...NAMES), count: fc.integer({ min: 0, max: 6 }) });
const KINDS = ["reserve", "settle", "cancel", "block", "unblock", "sweep"] as const;
const step = fc.record({
  kind: fc.constantFrom("limitAll", "limitAll", "limitAll", "charge", ...KINDS),
  items: fc.array(item, { minLength: 1, maxLength: 4 }),
  waitMs: fc.oneof(fc.constantFrom(0, 0, 1, 999, 10_000), fc.integer({ min: 0, max: 4 * MINUTE })),
});
const histories = fc.array(step, { minLength: 30, maxLength: 40 });

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** A token bucket, and until when it is blocked. */
class Model {
  used = 0;
  blockedUntil = 0;
  reserved: { id: string; count: number; expiresAt: number } | null = null;

  pass(wait: number) {
    this.add((-wait / MINUTE) * base.rate);
  }

  add(count: number) {
    this.used = Math.max(0, this.used + count);
  }

  fits(count: number) {
    return this.used + count <= CAPACITY + EPSILON;
  }
}

/** Two limits in one database, each with its model. */
class World {
  readonly t = convexTest(schema, modules);
  readonly config: Config;
  readonly models: Record<Name, Model> = { a: new Model(), b: new Model() };
  now = T0;

  constructor(config: Config) {
    this.config = config;
  }

  pass(wait: number) {
    vi.setSystemTime((this.now += wait));
    for (const name of NAMES) this.models[name].pass(wait);
  }

  /** With shards the model is a bound: what is used follows what is there. */
  async compare() {
    for (const name of NAMES) {
      const model = this.models[name];
      const isBlocked = model.blockedUntil > this.now;
      const { used, ok, reason } = await this.t.query(api.limits.peek, this.args(name));
      if ("shards" in this.config) {
        expect(used).toBeGreaterThanOrEqual(model.used - EPSILON);
        model.used = used;
      }
      expect(used).toBeCloseTo(model.used, 6);
      expect(ok).toBe(!isBlocked && model.fits(1));
      expect(reason === "blocked").toBe(isBlocked);
    }
  }

  args(name: Name) {
    return { name, config: this.config };
  }

  async operate({ kind, items }: Step): Promise<void> {
    const [{ name, count } = { name: "a" as const, count: 1 }] = items;
    const [args, model] = [this.args(name), this.models[name]];
    switch (kind) {
      case "limitAll":
        return this.limitAll(items);
      case "charge":
        await this.t.mutation(api.limits.charge, { ...args, count });
        return model.add(count);
      case "reserve":
        return this.reserve(name, count);
      case "settle":
      case "cancel":
        return this.settle(name, kind === "settle" ? count : null);
      case "block":
        model.blockedUntil = this.now + (count + 1) * 10_000;
        await this.t.mutation(api.limits.block, { ...args, expiresAt: model.blockedUntil });
        return;
      case "unblock":
        model.blockedUntil = 0;
        await this.t.mutation(api.limits.unblock, args);
        return;
      case "sweep":
        await this.t.mutation(api.sweeps.sweep, {});
    }
  }

  async limitAll(items: Step["items"]) {
    const sums = { a: 0, b: 0 };
    for (const { name, count } of items) sums[name] += count;
    const asked = NAMES.filter((name) => items.some((one) => one.name === name));
    const refusing = asked.filter((name) => {
      const { blockedUntil, used } = this.models[name];
      return blockedUntil > this.now || used + sums[name] > CAPACITY + EPSILON;
    });
    const result = await this.t.mutation(api.limits.limitAll, {
      items: items.map(({ name, count }) => ({ ...this.args(name), count })),
    });
    expect([result.ok, (result.limitedBy ?? []).sort()]).toEqual([refusing.length === 0, refusing]);
    if (result.ok) for (const name of asked) this.models[name].add(sums[name]);
    const isTooLarge = asked.some((name) => sums[name] > CAPACITY);
    expect(result.retryAfter === undefined).toBe(result.ok || isTooLarge);
    if (result.retryAfter === undefined) return;
    // All of them grant when the slowest does, and not a millisecond earlier.
    for (const [wait, ok] of [
      [result.retryAfter, true],
      [result.retryAfter - 1, false],
    ] as const) {
      vi.setSystemTime(this.now + wait);
      const answers = asked.map((name) =>
        this.t.query(api.limits.checkRateLimit, { ...this.args(name), count: sums[name] }),
      );
      expect((await Promise.all(answers)).every((answer) => answer.ok)).toBe(ok);
    }
    vi.setSystemTime(this.now);
  }

  async reserve(name: Name, count: number) {
    const model = this.models[name];
    const args = { ...this.args(name), count, ttlMs: 2 * MINUTE };
    const result = await this.t.mutation(api.reservations.reserve, args);
    expect(result.ok).toBe(model.blockedUntil <= this.now);
    if (!result.ok) return;
    expect(result.runAt > this.now).toBe(!model.fits(count));
    model.add(count);
    const expiresAt = result.runAt + 2 * MINUTE;
    model.reserved = { id: result.reservationId, count, expiresAt };
  }

  async settle(name: Name, count: number | null) {
    const model = this.models[name];
    if (!model.reserved) return;
    const { id: reservationId, count: reserved, expiresAt } = model.reserved;
    model.reserved = null;
    const settled =
      count === null
        ? await this.t.mutation(api.reservations.cancel, { reservationId })
        : (await this.t.mutation(api.reservations.settle, { reservationId, count })) !== null;
    expect(settled).toBe(this.now < expiresAt);
    if (settled) model.add((count ?? 0) - reserved);
  }
}

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ["Date"] });
  background.isOn = false;
});

afterEach(() => {
  vi.useRealTimers();
});

describe.each(MODES)("on %s", (_mode, config) => {
  test.prop([histories, draws], { numRuns: 14, interruptAfterTimeLimit: 50_000 })(
    "several limits are taken from together, blocked, reserved and settled as by the textbook",
    async (history, random) => {
      vi.spyOn(Math, "random").mockImplementation(() => random.next().value ?? 0);
      const world = new World(config);
      for (const one of history) {
        world.pass(one.waitMs);
        await world.compare();
        await world.operate(one);
        await world.compare();
      }
    },
    60_000,
  );
});

test.prop([histories, draws, fc.func(fc.boolean())], {
  numRuns: 14,
  interruptAfterTimeLimit: 50_000,
})(
  "a log answers the same whichever of its checkpoints are left",
  async (history, random, isLeft) => {
    // Checkpoints are drawn ten times as often as else.
    vi.spyOn(Math, "random").mockImplementation(() => (random.next().value ?? 0) / 10);
    const [, , [, config]] = MODES;
    const world = new World(config);
    for (const one of history.filter(({ kind }) => kind !== "sweep")) {
      world.pass(one.waitMs);
      await world.operate(one);
      await world.t.run(async (ctx) => {
        for (const { _id } of await ctx.db.query("checkpoints").take(100))
          if (!isLeft(_id)) await ctx.db.delete("checkpoints", _id);
      });
      await world.compare();
    }
  },
  60_000,
);
