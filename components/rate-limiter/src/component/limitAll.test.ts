import { convexTest } from "convex-test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { modules } from "../test.js";
import { api } from "./_generated/api.js";
import { background } from "./model/background.js";
import schema from "./schema.js";

const T0 = new Date("2026-01-01T00:00:00Z").getTime();
const HOUR = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ["Date"] });
  background.isOn = false;
});

afterEach(() => {
  vi.useRealTimers();
});

const setup = () => convexTest(schema, modules);
type Test = ReturnType<typeof setup>;

const base = { kind: "token bucket", rate: 6, period: HOUR } as const;

describe.each([
  ["one row", base],
  ["shards", { ...base, shards: 3 }],
  ["the log", { ...base, applyUpdates: "asynchronously" }],
] as const)("limitAll on %s", (_mode, config) => {
  const item = (name: string, count?: number) => ({ name, key: "ada", config, count });
  const limitAll = (t: Test, items: ReturnType<typeof item>[], throws = false) =>
    t.mutation(api.limits.limitAll, { items, throws });
  const used = async (t: Test, name: string) =>
    (await t.query(api.limits.peek, item(name, 1))).used;

  test("takes from all when all grant", async () => {
    const t = setup();
    expect(await limitAll(t, [item("user", 1), item("org", 2), item("global")])).toMatchObject({
      ok: true,
      results: [
        { ok: true, name: "user", used: 1 },
        { ok: true, name: "org", used: 2 },
        { ok: true, name: "global", used: 1 },
      ],
    });
    expect([await used(t, "user"), await used(t, "org"), await used(t, "global")]).toEqual([
      1, 2, 1,
    ]);
  });

  test("takes from none when one refuses, and says which and until when", async () => {
    const t = setup();
    await limitAll(t, [item("org", 6)]);
    const refused = await limitAll(t, [item("user"), item("org"), item("global")]);
    expect(refused).toMatchObject({
      ok: false,
      limitedBy: ["org"],
      retryAfter: HOUR / 6,
      results: [
        { ok: true, name: "user", used: 0 },
        { ok: false, name: "org", used: 6, reason: "limited" },
        { ok: true, name: "global", used: 0 },
      ],
    });
    expect([await used(t, "user"), await used(t, "global")]).toEqual([0, 0]);
    vi.setSystemTime(T0 + HOUR / 6);
    expect(await limitAll(t, [item("user"), item("org"), item("global")])).toMatchObject({
      ok: true,
    });
  });

  test("waits for the slowest of those that refuse", async () => {
    const t = setup();
    await limitAll(t, [item("user", 6), item("org", 6)]);
    expect(await limitAll(t, [item("user", 1), item("org", 3)])).toMatchObject({
      ok: false,
      limitedBy: ["user", "org"],
      retryAfter: HOUR / 2,
    });
  });

  test("promises nothing when one of them could never grant", async () => {
    const t = setup();
    await limitAll(t, [item("user", 6)]);
    const refused = await limitAll(t, [item("user"), item("org", 7)]);
    expect(refused).toMatchObject({ ok: false, limitedBy: ["user", "org"] });
    expect(refused.results[1]).toMatchObject({ reason: "tooLarge", used: 0 });
    expect(refused).not.toHaveProperty("retryAfter");
  });

  test("throws the name of the first that refused, and takes nothing", async () => {
    const t = setup();
    await limitAll(t, [item("org", 6)]);
    await expect(limitAll(t, [item("user"), item("org")], true)).rejects.toMatchObject({
      data: { code: "RATE_LIMITED", name: "org", retryAfter: HOUR / 6 },
    });
    expect(await used(t, "user")).toBe(0);
  });

  test("is refused by a block like by want of tokens", async () => {
    const t = setup();
    await t.mutation(api.limits.block, { name: "org", key: "ada", config, durationMs: 1000 });
    expect(await limitAll(t, [item("user"), item("org")])).toMatchObject({
      ok: false,
      limitedBy: ["org"],
      retryAfter: 1000,
      results: [{ ok: true }, { ok: false, reason: "blocked" }],
    });
    expect(await used(t, "user")).toBe(0);
  });

  test("a limit asked for twice is asked for the sum, or both would be granted what one can be", async () => {
    const t = setup();
    expect(await limitAll(t, [item("user", 4), item("org"), item("user", 3)])).toMatchObject({
      ok: false,
      limitedBy: ["user"],
    });
    expect(await limitAll(t, [item("user", 3), item("org"), item("user", 3)])).toMatchObject({
      ok: true,
      results: [
        { name: "user", used: 6 },
        { name: "org", used: 1 },
        { name: "user", used: 6 },
      ],
    });
    expect(await used(t, "user")).toBe(6);
  });

  test.each([NaN, -1, Infinity])("no item takes a count of %d, in a sum neither", async (count) => {
    const t = setup();
    for (const items of [[item("user", count)], [item("user", 3), item("user", count)]])
      await expect(limitAll(t, items)).rejects.toMatchObject({
        data: { code: "INVALID_RATE_LIMIT", field: "count" },
      });
    expect(await used(t, "user")).toBe(0);
  });

  test("sees what its own transaction has done", async () => {
    const t = setup();
    await t.run(async (ctx) => {
      const all = (count: number) =>
        ctx.runMutation(api.limits.limitAll, { items: [item("user", count), item("org", 1)] });
      expect(await all(5)).toMatchObject({ ok: true });
      expect(await all(2)).toMatchObject({ ok: false, limitedBy: ["user"] });
      expect(await all(1)).toMatchObject({ ok: true });
    });
    expect([await used(t, "user"), await used(t, "org")]).toEqual([6, 2]);
  });
});

test("nothing asked for is granted", async () => {
  expect(await setup().mutation(api.limits.limitAll, { items: [] })).toEqual({
    ok: true,
    results: [],
  });
});

test("a limit asked for twice by different configs is an error, not a guess", async () => {
  const items = [
    { name: "a", config: base },
    { name: "a", config: { ...base, rate: 7 } },
  ];
  await expect(setup().mutation(api.limits.limitAll, { items })).rejects.toMatchObject({
    data: { code: "INVALID_RATE_LIMIT", field: "config" },
  });
});

test("concurrency limits have no tokens to take", async () => {
  const items = [{ name: "a", config: { kind: "concurrency", max: 3 } as const }];
  await expect(setup().mutation(api.limits.limitAll, { items })).rejects.toMatchObject({
    data: { code: "INVALID_RATE_LIMIT", field: "kind" },
  });
});

test.each([1, 3])(
  "refusals of %d shards end a lock-out by a clock that ran ahead, whoever asks",
  async (shards) => {
    const config = { ...base, shards, maxReserved: 0 };
    for (const operation of ["limitAll", "consume", "reserve"] as const) {
      const t = setup();
      const item = { name: "a", config };
      vi.setSystemTime(T0 + 5 * HOUR);
      await t.mutation(api.limits.rateLimit, { ...item, count: 6 });
      const granted = {
        limitAll: async () => (await t.mutation(api.limits.limitAll, { items: [item] })).ok,
        consume: async () => (await t.mutation(api.limits.consume, item)).ok,
        reserve: async () => (await t.mutation(api.reservations.reserve, item)).ok,
      };
      vi.setSystemTime(T0);
      expect(await granted[operation]()).toBe(false);
      vi.setSystemTime(T0 + HOUR / 6);
      expect(await granted[operation]()).toBe(true);
    }
  },
);
