import { register } from "@convex-suite/rate-limiter/test";
import { convexTest } from "convex-test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { api } from "./_generated/api.js";
import type { Id } from "./_generated/dataModel.js";
import schema from "./schema.js";

const modules = import.meta.glob(["./**/*.ts", "./**/*.js", "!./**/*.test.ts"]);

const TTL_MS = 20_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setup() {
  const t = convexTest(schema, modules);
  register(t);
  return {
    start: () => t.mutation(api.rateLimiterJobs.start, { whose: "everybody", holder: "test" }),
    list: () => t.query(api.rateLimiterJobs.list, { key: "everybody" }),
    renew: (job: Id<"jobs">) => t.mutation(api.rateLimiterJobs.renew, { job }),
    finish: (job: Id<"jobs">) => t.mutation(api.rateLimiterJobs.finish, { job }),
    reset: () => t.mutation(api.rateLimiter.reset),
  };
}

async function jobAt(
  { list }: Pick<ReturnType<typeof setup>, "list">,
  index: number,
): Promise<Id<"jobs">> {
  const job = (await list()).jobs[index];
  if (!job) throw new Error(`There is no job ${index}.`);
  return job._id;
}

test("three jobs run, the fourth is told when the first lease ends", async () => {
  const { start, list } = setup();
  for (const active of [1, 2, 3]) expect(await start()).toEqual({ ok: true, active });
  expect(await start()).toEqual({ ok: false, active: 3, retryAfter: TTL_MS });
  expect(await list()).toMatchObject({ most: 3, leaseMs: TTL_MS, jobs: { length: 3 } });
});

test("a job that finishes makes room for the next", async () => {
  const { start, list, finish } = setup();
  for (let job = 0; job < 3; job++) await start();
  const first = await jobAt({ list }, 0);
  await finish(first);
  expect(await start()).toMatchObject({ ok: true, active: 3 });
  await finish(first);
  expect((await list()).jobs).toHaveLength(3);
});

test("a lease that is renewed goes on, one that is not ends and is cleared away", async () => {
  const { start, list, renew } = setup();
  await start();
  await start();
  const [kept, left] = [await jobAt({ list }, 0), await jobAt({ list }, 1)];
  vi.advanceTimersByTime(TTL_MS - 1);
  expect(await renew(kept)).toBe(true);
  vi.advanceTimersByTime(1);
  expect(await renew(left)).toBe(false);
  expect(await start()).toEqual({ ok: true, active: 2 });
  expect((await list()).jobs.map(({ _id }) => _id)).not.toContain(left);
});

test("the page's reset ends every job", async () => {
  const { start, list, reset } = setup();
  for (let job = 0; job < 3; job++) await start();
  await reset();
  expect((await list()).jobs).toEqual([]);
  expect(await start()).toEqual({ ok: true, active: 1 });
});
