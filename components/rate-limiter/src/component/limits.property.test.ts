import { fc, test } from "@fast-check/vitest";
import { convexTest } from "convex-test";
import { afterEach, beforeEach, describe, expect, vi } from "vitest";
import { modules } from "../test.js";
import { api } from "./_generated/api.js";
import schema from "./schema.js";

const T0 = new Date("2026-01-01T00:00:00Z").getTime();
const MINUTE = 60_000;

const CONFIGS = {
  bucket: { kind: "token bucket", rate: 12, period: MINUTE, capacity: 5 },
  window: { kind: "fixed window", rate: 4, period: MINUTE, capacity: 6, start: T0 },
} as const;

/**
 * One request after the other, every mode answers as the model. With shards, a partly used limit
 * refills more slowly, since a full shard refills nothing: it may refuse what the model grants, and
 * never the other way round.
 */
const MODES = {
  "one row": {},
  "3 shards": { shards: 3 },
  "16 shards": { shards: 16 },
  "the log": { applyUpdates: "asynchronously" },
} as const;

type Name = keyof typeof CONFIGS;

/** A limit as the textbooks have it: tokens that are added as time passes, up to the capacity. */
class Model {
  readonly name: Name;
  tokens: number;
  at = T0;

  constructor(name: Name) {
    this.name = name;
    this.tokens = CONFIGS[name].capacity;
  }

  advance(now: number) {
    const { rate, capacity } = CONFIGS[this.name];
    const passed = {
      bucket: (now - this.at) / MINUTE,
      window: Math.floor((now - T0) / MINUTE) - Math.floor((this.at - T0) / MINUTE),
    };
    this.tokens = Math.min(capacity, this.tokens + passed[this.name] * rate);
    this.at = now;
  }

  holds(count: number) {
    return count <= this.tokens + 1e-6;
  }
}

const operations = fc.array(
  fc.record({
    kind: fc.constantFrom("limit", "limit", "limit", "check", "reset"),
    name: fc.constantFrom<Name>("bucket", "window"),
    key: fc.constantFrom(undefined, "ada", "bob"),
    count: fc.integer({ min: 0, max: 5 }),
    waitMs: fc.constantFrom(0, 0, 1, 999, 5000, MINUTE, 10 * MINUTE),
  }),
  { maxLength: 40 },
);

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe.each(Object.entries(MODES))("on %s", (_mode, mode) => {
  test.prop([operations], { numRuns: 60 })(
    "any history is answered as by the textbook model, each name and key by itself",
    async (history) => {
      const t = convexTest(schema, modules);
      const models = new Map<string, Model>();
      let now = T0;
      for (const { kind, name, key, count, waitMs } of history) {
        vi.setSystemTime((now += waitMs));
        const id = `${name}/${key}`;
        const model = models.get(id) ?? new Model(name);
        models.set(id, model);
        model.advance(now);
        const config = { ...CONFIGS[name], ...mode };
        const args = { name, key, count, config };
        if (kind === "reset") {
          await t.mutation(api.limits.resetRateLimit, { name, key, config });
          models.set(id, new Model(name));
          continue;
        }
        const checked = await t.query(api.limits.checkRateLimit, args);
        if (checked.ok || !("shards" in mode)) expect(checked.ok).toBe(model.holds(count));
        if (kind === "check") continue;
        if (checked.ok) model.tokens -= count;
        expect(await t.mutation(api.limits.rateLimit, args)).toEqual(checked);
      }
    },
  );
});
