import { register } from "@convex-suite/sharded-counter/test";
import { convexTest } from "convex-test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { api, internal } from "./_generated/api.js";
import schema from "./schema.js";

const modules = import.meta.glob(["./**/*.ts", "./**/*.js", "!./**/*.test.ts"]);
const HOUR_MS = 3_600_000;

// Noon: no hour ends while a test runs. Timers are real.
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 5, 1, 12, 30) }));
afterEach(() => void vi.useRealTimers());

function setup() {
  const t = convexTest(schema, modules);
  register(t);
  return t;
}

test("a storm counts what it sent, in the log and in rows, and in the totals", async () => {
  const t = setup();
  for (const where of ["log", "rows"] as const) {
    const { sent } = await t.action(api.shardedCounterLab.storm, {
      where,
      storm: "a",
      clicks: 40,
    });
    expect(sent).toBe(40);
  }
  expect(await t.query(api.shardedCounterLab.stormCounts, { storm: "a" })).toEqual({
    log: 40,
    rows: 40,
  });
  const { log, rows } = await t.query(api.shardedCounterLab.reads, {});
  expect([log.count, rows.count]).toEqual([40, 40]);
});

test("another storm counts for itself", async () => {
  const t = setup();
  const storm = { where: "log" as const, clicks: 3 };
  await t.action(api.shardedCounterLab.storm, { ...storm, storm: "a" });
  await t.action(api.shardedCounterLab.storm, { ...storm, storm: "b" });
  expect(await t.query(api.shardedCounterLab.stormCounts, { storm: "b" })).toMatchObject({
    log: 3,
  });
  expect(await t.query(api.shardedCounter.clicks)).toBe(6);
});

test("a count tells how many documents it takes", async () => {
  const t = setup();
  await t.mutation(api.shardedCounterLab.clickBoth);
  const { log, rows } = await t.query(api.shardedCounterLab.reads, {});
  expect(log.count).toBe(1);
  // The event, and a checkpoint before it if the draw made one.
  expect([1, 2]).toContain(log.documents);
  expect(rows).toEqual({ count: 1, documents: 1 });
});

test("a rush of 30 buys 20 tickets, and a restock brings them back", async () => {
  const t = setup();
  await t.mutation(api.shardedCounterLab.restock);
  expect(await t.action(api.shardedCounterLab.rush, { buyers: 30 })).toEqual({
    sold: 20,
    refused: 10,
  });
  await t.mutation(api.shardedCounterLab.restock);
  expect(await t.query(api.shardedCounter.ticketsLeft)).toBe(20);
});

test("nobody can give back a ticket that was not sold", async () => {
  const t = setup();
  await t.mutation(api.shardedCounterLab.restock);
  expect(await t.mutation(api.shardedCounter.buy, { tickets: -1 })).toBe(false);
  await t.mutation(api.shardedCounter.buy, { tickets: 1 });
  expect(await t.mutation(api.shardedCounter.buy, { tickets: -1 })).toBe(true);
});

test("people who come twice count once", async () => {
  const t = setup();
  await t.mutation(api.shardedCounterLab.welcome, { people: 10 });
  await t.mutation(api.shardedCounterLab.welcome, { people: 5 });
  expect(await t.query(api.shardedCounterLab.crowd)).toEqual({
    people: 15,
    visits: 30,
    unique: 15,
  });
});

test("views that are counted now stand beside those that were brought along", async () => {
  const t = setup();
  await t.mutation(internal.shardedCounterLab.seed);
  await t.mutation(api.shardedCounterLab.view, { views: 7 });
  const hours = await t.query(api.shardedCounterLab.views, range("hour"));
  expect(hours).toHaveLength(24);
  expect(hours.at(-1)).toMatchObject({ counted: 7, brought: 0 });
  expect(hours.slice(0, -1).every(({ counted, brought }) => counted === 0 && brought > 0)).toBe(
    true,
  );
});

test("what is brought along is brought once, and again after a reset", async () => {
  const t = setup();
  const brought = () => t.query(api.shardedCounterLab.views, range("day"));
  await t.mutation(internal.shardedCounterLab.seed);
  const before = await brought();
  await t.mutation(internal.shardedCounterLab.seed);
  await t.mutation(api.shardedCounterLab.view, { views: 7 });
  await t.mutation(api.shardedCounter.reset);
  expect(await brought()).toEqual(before);
});

test("reset starts the lab anew", async () => {
  const t = setup();
  await t.action(api.shardedCounterLab.storm, { where: "rows", storm: "a", clicks: 3 });
  await t.mutation(api.shardedCounterLab.welcome, { people: 3 });
  await t.mutation(api.shardedCounter.reset);
  const { rows } = await t.query(api.shardedCounterLab.reads, {});
  expect(rows.count).toBe(0);
  expect(await t.query(api.shardedCounterLab.stormCounts, { storm: "a" })).toEqual({
    log: 0,
    rows: 0,
  });
  expect(await t.query(api.shardedCounterLab.crowd)).toEqual({ people: 0, visits: 0, unique: 0 });
});

/** A day of hours, or a week of days, with the one that is not over yet. */
function range(unit: "hour" | "day") {
  const unitMs = unit === "hour" ? HOUR_MS : 24 * HOUR_MS;
  const endAt = Date.now() - (Date.now() % unitMs) + unitMs;
  return { unit, startAt: endAt - (unit === "hour" ? 24 : 7) * unitMs, endAt };
}
