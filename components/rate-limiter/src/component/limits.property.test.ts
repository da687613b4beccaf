import { fc, test } from "@fast-check/vitest";
import { convexTest } from "convex-test";
import { afterEach, beforeEach, describe, expect, vi } from "vitest";
import { SUPPORT, type RateLimitConfig } from "../shared/kinds.js";
import { modules } from "../test.js";
import { api } from "./_generated/api.js";
import { background } from "./model/background.js";
import schema from "./schema.js";

/*
 * Every kind in every mode, by random histories, against limits as the textbooks have them. Of the
 * design's invariants, they hold that
 *
 * - what is granted, refused and used is what the model says. With shards, and after the clock has
 *   stepped back, no more is granted: a shard that is full adds nothing, and a time that passed
 *   twice adds once (I1, I9, I10, I13)
 * - what fits is granted, judged by what all shards have left together (I2), whatever sweeps and
 *   changed numbers of shards did in between (I8)
 * - the wait of a refusal is honest to the millisecond (I3)
 * - check, peek and limit agree in one transaction (I4), and a refusal writes nothing (I5)
 * - a reset limit is as one never used (I7), and a caller that throws has done nothing (I11)
 * - `remaining` more requests are granted, and no more (I12); what is stored is finite (I15)
 *
 * limitAll (I6) and checkpoints (I14) are in operations.property.test.ts.
 */

const MINUTE = 60_000;
const T0 = new Date("2026-01-01T00:00:00Z").getTime();
const CAPACITY = 9;
const EPSILON = 1e-6;

interface Model {
  used: () => number;
  pass: (from: number, to: number) => void;
  add: (count: number) => void;
  /** Takes back what would come back first; or last, for what cannot tell which it was. */
  refund: (count: number, isLast: boolean) => void;
}

/** Tokens that are added as time passes, continuously or with every window. */
function bucket(added: (from: number, to: number) => number): Model {
  let used = 0;
  return {
    used: () => used,
    pass: (from, to) => (used = Math.max(0, used - added(from, to))),
    add: (count) => (used += count),
    refund: (count) => (used = Math.max(0, used - count)),
  };
}

const windows = (period: number, offset: number) => (from: number, to: number) =>
  Math.floor((to - offset) / period) - Math.floor((from - offset) / period);

function slidingWindow(period: number): Model {
  let [own, before, left] = [0, 0, 1];
  return {
    used: () => own + before * left,
    pass(from, to) {
      const begun = windows(period, T0)(from, to);
      if (begun > 0) [before, own] = [begun === 1 ? own : 0, 0];
      left = 1 - ((to - T0) % period) / period;
    },
    add: (count) => (own += count),
    refund(count, isLast) {
      const most = isLast ? count - Math.min(count, own) : count;
      const ofBefore = Math.min(most, before * left);
      before -= ofBefore / left;
      own = Math.max(0, own - (count - ofBefore));
    },
  };
}

function slidingLog(period: number): Model {
  let [tokens, elapsed]: [number[], number] = [[], 0];
  return {
    used: () => tokens.length,
    pass(from, to) {
      elapsed += to - from;
      tokens = tokens.filter((at) => at > elapsed - period);
    },
    add: (count) => tokens.push(...Array.from({ length: count }, () => elapsed)),
    refund: (count, isLast) =>
      (tokens = isLast ? tokens.slice(0, Math.max(0, tokens.length - count)) : tokens.slice(count)),
  };
}

const saving = { rate: 6, capacity: CAPACITY } as const;
const sliding = { rate: CAPACITY, period: 2 * MINUTE };
const KINDS: [config: RateLimitConfig, model: () => Model][] = [
  [
    { kind: "token bucket", period: MINUTE, ...saving },
    () => bucket((from, to) => ((to - from) / MINUTE) * 6),
  ],
  [
    { kind: "fixed window", period: MINUTE, start: T0 + 7, ...saving },
    () => bucket((from, to) => windows(MINUTE, T0 + 7)(from, to) * 6),
  ],
  [
    { kind: "calendar", unit: "hour", timeZone: "Asia/Kolkata", ...saving },
    () => bucket((from, to) => windows(60 * MINUTE, 30 * MINUTE)(from, to) * 6),
  ],
  [{ kind: "sliding window", start: T0, ...sliding }, () => slidingWindow(sliding.period)],
  [{ kind: "sliding log", ...sliding }, () => slidingLog(sliding.period)],
];
const COMBINATIONS = KINDS.flatMap(([config, model]) => {
  const able = SUPPORT[config.kind];
  const modes = (["one row", "shards", "asynchronously"] as const).filter(
    (mode) => mode === "one row" || able.includes(mode),
  );
  return modes.map((mode) => ({ kind: config.kind, mode, config, model }));
});

type Limit = (typeof COMBINATIONS)[number];

const soon = fc.constantFrom(0, 0, 1, 999, 10_000, MINUTE);
const forward = fc.oneof(soon, fc.integer({ min: 0, max: 600_000 }));
const backToo = fc.oneof(forward, forward, fc.integer({ min: -5000, max: -1 }));
const OPERATIONS = ["limit", "limit", "consume", "consume", "charge", "refund"] as const;
const stepOf = (wait: fc.Arbitrary<number>) =>
  fc.record({
    kind: fc.constantFrom(...OPERATIONS, ...OPERATIONS, "reset", "sweep"),
    count: fc.integer({ min: 0, max: 6 }),
    wait,
    /** With shards: to be this many from now on. */
    shards: fc.constantFrom(undefined, undefined, undefined, 1, 2, 3, 5),
    /** Whether the caller throws in the end. */
    fails: fc.constantFrom(false, false, false, false, true),
  });
const histories = fc.oneof(
  ...[forward, forward, backToo].map((wait) =>
    fc.array(stepOf(wait), { minLength: 30, maxLength: 40 }),
  ),
);

type Step = ReturnType<typeof stepOf> extends fc.Arbitrary<infer Value> ? Value : never;

/** One limit, its model, and what is known of both. */
class World {
  readonly t = convexTest(schema, modules);
  readonly limit: Limit;
  now = T0;
  latest = T0;
  shards = 3;
  model: Model;
  /** Whether the model says exactly what is used, and not only the least that it can be. */
  isExact: boolean;
  /** Whether it says anything: a window that begins twice is not in the textbook. */
  isModelled = true;
  /** A sweep may forget a shard's share between a change of their number and the next grant. */
  isSwept = false;
  isMoving = false;

  constructor(limit: Limit) {
    this.limit = limit;
    this.model = limit.model();
    this.isExact = limit.mode !== "shards";
  }

  get args() {
    const { mode, config } = this.limit;
    const shards = mode === "shards" ? { shards: this.shards } : {};
    const log = mode === "asynchronously" ? { applyUpdates: mode } : {};
    return { name: "a", config: { ...config, ...shards, ...log } as RateLimitConfig };
  }

  pass({ wait, shards }: Step) {
    const from = this.now;
    this.now += wait;
    vi.setSystemTime(this.now);
    this.latest = Math.max(this.latest, this.now);
    if (wait >= 0) this.model.pass(from, this.now);
    else [this.isExact, this.isModelled] = [false, this.limit.kind !== "sliding window"];
    if (shards === undefined || shards === this.shards || this.isSwept) return;
    [this.shards, this.isMoving] = [shards, true];
  }

  peek(count = 0) {
    return this.t.query(api.limits.peek, { ...this.args, count });
  }

  /** Compares what is used with the model. */
  async compare() {
    const { used, remaining, limit } = await this.peek();
    const left = Math.max(0, Math.floor(CAPACITY - used + EPSILON));
    expect([limit, remaining]).toEqual([CAPACITY, left]);
    if (this.isExact) expect(used).toBeCloseTo(this.model.used(), 6);
    else if (this.isModelled) expect(used).toBeGreaterThanOrEqual(this.model.used() - EPSILON);
  }

  /** Asks in every way, and then takes. */
  async request({ kind, count, fails }: Step) {
    const args = { ...this.args, count };
    const call = kind === "limit" ? api.limits.rateLimit : api.limits.consume;
    const { used } = await this.peek();
    const seen: { ok: boolean; retryAfter?: number }[] = [];
    let written = 0;
    const asking = this.t.run(async (ctx) => {
      seen.push(await ctx.runMutation(api.limits.checkRateLimitInMutation, args));
      seen.push(await ctx.runMutation(api.limits.peekInMutation, args));
      seen.push(await ctx.runMutation(call, args));
      written = (await ctx.meta.getTransactionMetrics()).documentsWritten.used;
      if (fails) throw new Error("the caller changed its mind");
    });
    await (fails ? expect(asking).rejects.toThrow("changed its mind") : asking);
    const [checked, peeked, { ok, retryAfter } = { ok: false }] = seen;
    for (const other of [checked, peeked])
      expect([other?.ok, other?.retryAfter]).toEqual([ok, retryAfter]);
    expect(ok).toBe(used + count <= CAPACITY + EPSILON);
    const isBehind = this.now < this.latest;
    if (!ok && !isBehind) expect(written).toBe(0);
    if (ok && !fails) this.model.add(count);
    // To a clock that is behind, the log says nothing: that may be an overlap. What it hears of
    // shards that change their number may be too long.
    if (ok || fails || (isBehind && this.limit.mode === "asynchronously")) return;
    await this.isGranted(args, { after: retryAfter ?? 0, ok: true });
    if (isBehind && this.limit.mode === "shards") return;
    await this.isGranted(args, { after: (retryAfter ?? 0) - 1, ok: false });
  }

  async isGranted(args: World["args"], { after, ok }: { after: number; ok: boolean }) {
    vi.setSystemTime(this.now + after);
    expect([after, (await this.t.query(api.limits.checkRateLimit, args)).ok]).toEqual([after, ok]);
    vi.setSystemTime(this.now);
  }

  async operate(step: Step): Promise<void> {
    const { kind, count } = step;
    switch (kind) {
      case "limit":
      case "consume":
        return this.request(step);
      case "charge":
      case "refund":
        await this.t.mutation(api.limits[kind], { ...this.args, count });
        if (kind === "charge") this.model.add(count);
        else this.model.refund(count, !this.isExact);
        return;
      case "reset":
        return this.reset();
      case "sweep":
        if (this.isMoving) return;
        this.isSwept = true;
        await this.t.mutation(api.sweeps.sweep, {});
    }
  }

  async reset() {
    await this.t.mutation(api.limits.resetRateLimit, this.args);
    expect(await this.peek(1)).toMatchObject({ ok: true, used: 0, remaining: CAPACITY });
    this.model = this.limit.model();
    this.model.pass(this.now, this.now);
    this.isExact = this.limit.mode !== "shards" && this.now === this.latest;
    this.isModelled = true;
    [this.isSwept, this.isMoving] = [false, false];
  }

  /** As many requests of one token as remain are granted, and everything stored is finite. */
  async conclude() {
    const { remaining } = await this.peek();
    let granted = 0;
    const counting = this.t.run(async (ctx) => {
      while ((await ctx.runMutation(api.limits.rateLimit, this.args)).ok) granted += 1;
      throw new Error("only counted");
    });
    await expect(counting).rejects.toThrow("only counted");
    expect(granted).toBe(remaining);
    for (const row of await this.t.run((ctx) => ctx.db.query("rateLimits").take(100)))
      for (const value of Object.values(row))
        expect(typeof value === "number" && !Number.isFinite(value)).toBe(false);
  }
}

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ["Date"] });
  background.isOn = false;
});

afterEach(() => {
  vi.useRealTimers();
});

const draws = fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true }));
const options = { numRuns: 16, interruptAfterTimeLimit: 50_000 };

describe.each(COMBINATIONS)("a $kind, $mode", (limit) => {
  test.prop([histories, draws], options)(
    "is as the textbooks have it, whatever happens to it",
    async (history, random) => {
      vi.spyOn(Math, "random").mockImplementation(() => random.next().value ?? 0);
      const world = new World(limit);
      for (const step of history) {
        world.pass(step);
        await world.operate(step);
        await world.compare();
      }
      await world.conclude();
    },
    60_000,
  );
});
