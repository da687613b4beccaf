import { actionGeneric, mutationGeneric } from "convex/server";
import type { GenericId, JSONValue } from "convex/values";
import { expect, onTestFinished, test, vi } from "vitest";
import { api } from "../testing/api.ts";
import { appWith, extra } from "../testing/extra.ts";
import { eventually, failure, serve, settled } from "../testing/serve.ts";

test("a scheduled mutation runs at its time, and subscribers see it and its job", async () => {
  const { client } = await serve();
  const convex = client();
  const counts: number[] = [];
  const jobs: string[][] = [];
  convex.onUpdate(api.counts.get, { name: "later" }, (value) => counts.push(value));
  convex.onUpdate(api.jobs.list, {}, (list) => jobs.push(list));
  await eventually(() => expect(jobs).toEqual([[]]));
  await convex.mutation(api.jobs.schedule, { name: "later", afterMs: 30 });
  expect(jobs).toEqual([[], ["counts.js:add pending"]]);
  expect(counts).toEqual([0]);
  await eventually(() => expect(counts).toEqual([0, 1]));
  expect(jobs).toEqual([[], ["counts.js:add pending"], ["counts.js:add success"]]);
});

test("a scheduled action is seen in progress", async () => {
  const { client } = await serve();
  const convex = client();
  const jobs: string[][] = [];
  convex.onUpdate(api.jobs.list, {}, (list) => jobs.push(list));
  await convex.action(api.jobs.scheduleAction, { name: "later" });
  await eventually(() => expect(jobs.at(-1)).toEqual(["counts.js:addFromAction success"]));
  expect(jobs).toContainEqual(["counts.js:addFromAction inProgress"]);
  expect(await convex.query(api.counts.get, { name: "later" })).toBe(1);
});

test("a scheduled mutation that throws fails its job, and the terminal tells why", async () => {
  const { http, lines } = await serve();
  await http.mutation(api.jobs.scheduleFailing, {});
  await eventually(() => {
    expect(lines).toEqual([
      `[CONVEX M(folder/errors:coded)] Uncaught ConvexError: {"code":"NOPE","limit":{"$integer":"AwAAAAAAAAA="}}`,
    ]);
  });
  await eventually(async () => {
    expect(await http.query(api.jobs.list, {})).toEqual(["folder/errors.js:coded failed"]);
  });
  expect(await http.query(api.messages.list, { author: "rolled back" })).toEqual([]);
});

test("what a rolled back mutation scheduled does not run", async () => {
  const { http } = await serve();
  await failure(http.mutation(api.jobs.schedule, { name: "never", afterMs: 0, fail: true }));
  await settled();
  expect(await http.query(api.jobs.list, {})).toEqual([]);
  expect(await http.query(api.counts.get, { name: "never" })).toBe(0);
});

test("a canceled job does not run", async () => {
  const { engine, value } = await onFakeTimers();
  const id = await value("jobs:schedule", { name: "never", afterMs: 1000 });
  await value("jobs:cancel", { id });
  await vi.advanceTimersByTimeAsync(1000);
  expect(await value("jobs:list")).toEqual(["counts.js:add canceled"]);
  expect(await value("counts:get", { name: "never" })).toBe(0);
  expect(engine.stats.commits).toBe(2);
});

test("canceling a job that is over changes nothing", async () => {
  const { http } = await serve();
  const id = await http.mutation(api.jobs.schedule, { name: "now", afterMs: 0 });
  await eventually(async () => {
    expect(await http.query(api.jobs.list, {})).toEqual(["counts.js:add success"]);
  });
  await http.mutation(api.jobs.cancel, { id });
  expect(await http.query(api.jobs.list, {})).toEqual(["counts.js:add success"]);
});

test("a job that is canceled when its time has come does not run", async () => {
  let open = () => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  const { value } = await onFakeTimers({
    cancelSlowly: mutationGeneric(
      async (ctx, { id }: { id: GenericId<"_scheduled_functions"> }) => {
        await ctx.scheduler.cancel(id);
        await gate;
      },
    ),
  });
  const id = await value("jobs:schedule", { name: "never", afterMs: 1000 });
  const canceled = value("extra:cancelSlowly", { id });
  await vi.advanceTimersByTimeAsync(1000);
  open();
  await canceled;
  await settled();
  expect(await value("jobs:list")).toEqual(["counts.js:add canceled"]);
  expect(await value("counts:get", { name: "never" })).toBe(0);
});

test("an action that is canceled while it runs stays canceled", async () => {
  let finish = () => {};
  const isFinished = new Promise<void>((resolve) => (finish = resolve));
  const { http } = await serve(
    appWith({
      slow: actionGeneric(() => isFinished),
      schedule: mutationGeneric((ctx) => ctx.scheduler.runAfter(0, extra("slow"), {})),
    }),
  );
  const id = (await http.mutation(extra("schedule"), {})) as string;
  await eventually(async () => {
    expect(await http.query(api.jobs.list, {})).toEqual(["extra.js:slow inProgress"]);
  });
  await http.mutation(api.jobs.cancel, { id });
  finish();
  await settled();
  expect(await http.query(api.jobs.list, {})).toEqual(["extra.js:slow canceled"]);
});

test("a scheduled function knows its job", async () => {
  const seen: (string | null)[] = [];
  const { http } = await serve(
    appWith({
      look: mutationGeneric(async (ctx) => {
        seen.push((await ctx.meta.getRequestMetadata()).scheduledFunctionId);
      }),
      schedule: mutationGeneric((ctx) => ctx.scheduler.runAfter(0, extra("look"), {})),
    }),
  );
  await http.mutation(extra("look"), {});
  const id = (await http.mutation(extra("schedule"), {})) as string;
  await eventually(() => expect(seen).toEqual([null, id]));
});

test("what a scheduled function prints goes to the terminal under its name", async () => {
  const { http, lines } = await serve(
    appWith({
      schedule: mutationGeneric((ctx) => ctx.scheduler.runAfter(0, api.meta.talk, {})),
    }),
  );
  await http.mutation(extra("schedule"), {});
  await eventually(() => {
    expect(lines).toEqual([
      "[CONVEX M(meta:talk)] [LOG] 'hello' { n: 1 }",
      "[CONVEX M(meta:talk)] [WARN] 2",
    ]);
  });
});

test("of a thousand finished jobs the oldest are forgotten", async () => {
  const { engine } = await serve(
    appWith({
      scheduleMany: mutationGeneric(async (ctx) => {
        for (let i = 0; i < 1001; i += 1) await ctx.scheduler.runAfter(0, extra("nothing"), {});
      }),
      nothing: mutationGeneric(() => null),
    }),
  );
  await engine.runFunction("extra:scheduleMany", {});
  await eventually(async () => {
    const { value } = (await engine.runFunction("jobs:list", {})) as unknown as { value: string[] };
    expect([value.length, new Set(value)]).toEqual([1000, new Set(["extra.js:nothing success"])]);
  });
});

test("the jobs of a closed engine do not run", async () => {
  const { engine, value } = await onFakeTimers();
  await value("jobs:schedule", { name: "never", afterMs: 1000 });
  await engine.close();
  await vi.advanceTimersByTimeAsync(1000);
  expect(await value("counts:get", { name: "never" })).toBe(0);
});

/** An engine whose time the test decides about; its functions are called without a network. */
async function onFakeTimers(functions: Record<string, unknown> = {}) {
  const { engine } = await serve(appWith(functions));
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const value = async (path: string, args: Record<string, JSONValue> = {}) => {
    const response = await engine.runFunction(path, args);
    return response.status === "success" ? response.value : expect.fail(response.errorMessage);
  };
  return { engine, value };
}
