import { convexTest } from "convex-test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { modules } from "../test.js";
import { api } from "./_generated/api.js";
import schema from "./schema.js";

const T0 = new Date("2026-01-01T00:00:00Z").getTime();
const HOUR = 3_600_000;

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ["Date"] });
  // No checkpoint by chance: tests that want one ask for it.
  vi.spyOn(Math, "random").mockReturnValue(0.999);
});

afterEach(() => {
  vi.useRealTimers();
});

const setup = () => convexTest(schema, modules);
type Test = ReturnType<typeof setup>;

const base = { kind: "token bucket", rate: 6, period: HOUR } as const;
const MODES = [
  ["one row", base],
  ["shards", { ...base, shards: 3 }],
  ["the log", { ...base, applyUpdates: "asynchronously" }],
  ["leases", { kind: "concurrency", max: 6 }],
] as const;

type Config = (typeof MODES)[number][1];

/** Uses a limit `count` times, so that it is on `count` rows where that is possible. */
async function use(
  t: Test,
  { config, count, ...subject }: { name: string; key?: string; config: Config; count: number },
) {
  for (let call = 0; call < count; call++)
    if (config.kind === "concurrency") await t.mutation(api.leases.acquire, { ...subject, config });
    else await t.mutation(api.limits.consume, { ...subject, config });
}

/** Every page, as the pager sees them. */
async function pages(t: Test, numItems: number, config: Config) {
  const found: (string | undefined)[][] = [];
  let cursor: string | null = null;
  for (let isDone = false; !isDone && found.length < 50;) {
    const paginationOpts: { numItems: number; cursor: string | null } = { numItems, cursor };
    const result = await t.query(api.keys.list, { name: "a", config, paginationOpts });
    found.push(result.page.map(({ key }) => key));
    ({ isDone, continueCursor: cursor } = result);
  }
  return found;
}

describe.each(MODES)("on %s", (_mode, config) => {
  const first = { numItems: 100, cursor: null };
  const list = (t: Test, paginationOpts: { numItems: number; cursor: string | null } = first) =>
    t.query(api.keys.list, { name: "a", config, paginationOpts });

  test("a limit that nobody used has no keys", async () => {
    const t = setup();
    expect(await list(t)).toMatchObject({ page: [], isDone: true });
  });

  test("each key that was used comes once, in order, with its status", async () => {
    const t = setup();
    for (const [key, count] of [
      ["bob", 1],
      ["ada", 3],
      ["", 1],
      [undefined, 2],
    ] as const)
      await use(t, { name: "a", key, count, config });
    for (const name of ["A", "", "aa", "b"]) await use(t, { name, key: "other", count: 1, config });
    const { page, isDone } = await list(t);
    expect(isDone).toBe(true);
    expect(page.map(({ key, status }) => [key, status.used, status.remaining])).toEqual([
      [undefined, 2, 4],
      ["", 1, 5],
      ["ada", 3, 3],
      ["bob", 1, 5],
    ]);
    expect(page[0]).not.toHaveProperty("key");
    for (const { key, status } of page)
      expect(status).toEqual(await t.query(api.limits.peek, { name: "a", key, config }));
  });

  test.each([1, 2, 3])("pages of %d hold every key once", async (numItems) => {
    const t = setup();
    const keys = [undefined, "a", "b", "c", "d"];
    for (const key of keys) await use(t, { name: "a", key, count: 3, config });
    const found = await pages(t, numItems, config);
    expect(found.flat()).toEqual(keys);
    for (const page of found) expect(page.length).toBeLessThanOrEqual(numItems);
  });

  test("a page goes on behind its cursor, whatever has come and gone since", async () => {
    const t = setup();
    for (const key of ["a", "c", "e"]) await use(t, { name: "a", key, count: 2, config });
    const { continueCursor } = await list(t, { numItems: 2, cursor: null });
    for (const key of ["b", "d"]) await use(t, { name: "a", key, count: 2, config });
    await use(t, { name: "a", key: "c", count: 1, config });
    const rest = await list(t, { numItems: 100, cursor: continueCursor });
    expect(rest.page.map(({ key }) => key)).toEqual(["d", "e"]);
  });
});

test("a concurrent limit is found by its events, by its checkpoints, and once by both", async () => {
  const t = setup();
  const [, config] = MODES[2];
  await use(t, { name: "a", key: "events", count: 3, config });
  await use(t, { name: "a", key: "both", count: 3, config });
  vi.mocked(Math.random).mockReturnValueOnce(0);
  await use(t, { name: "a", key: "both", count: 2, config });
  await use(t, { name: "a", key: "checkpoint", count: 3, config });
  for (let round = 0; round < 2; round++) {
    vi.setSystemTime(Date.now() + 70_000);
    await t.mutation(api.sweeps.sweep, {});
  }
  await use(t, { name: "a", key: "events", count: 1, config });
  expect((await pages(t, 2, config)).flat()).toEqual(["both", "checkpoint", "events"]);
});
