import { convexTest } from "convex-test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { EMPTY_LOG, replay, type LogEvent } from "../shared/log.js";
import { modules } from "../test.js";
import { api } from "./_generated/api.js";
import schema from "./schema.js";

const T0 = new Date("2026-01-01T00:00:00Z").getTime();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const refill = { kind: "fixed window", rate: 3, period: HOUR, start: 0 } as const;
const config = { ...refill, applyUpdates: "asynchronously" } as const;

beforeEach(() => {
  vi.useFakeTimers({ now: T0, toFake: ["Date"] });
});

afterEach(() => {
  vi.useRealTimers();
});

const event = (at: number, order: number): LogEvent => ({
  kind: "consume",
  count: 3,
  at,
  refill,
  seq: BigInt(T0 + HOUR + MINUTE) * 1_000_000n + BigInt(order),
});

test("a transaction that began in the window before adds no window twice", () => {
  const next = T0 + HOUR;
  const [first, late] = [event(next + 1_000, 1), event(next - 14_000, 2)];
  const { used } = replay(EMPTY_LOG, [first, late, event(next + 2_000, 3)]);
  expect(used).toBe(9);
});

test("use that a clock an hour ahead has logged drains anew from the first refusal on", async () => {
  const t = convexTest(schema, modules);
  const limit = () => t.mutation(api.limits.rateLimit, { name: "a", config, count: 3 });
  vi.setSystemTime(T0 + 90 * MINUTE);
  expect(await limit()).toEqual({ ok: true });
  vi.setSystemTime(T0);
  expect(await limit()).toEqual({ ok: false, retryAfter: HOUR });
  vi.setSystemTime(T0 + HOUR);
  expect(await limit()).toEqual({ ok: true });
});
