import { expect, test } from "vitest";
import { api } from "../testing/api.ts";
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
  await eventually(() => {
    expect(jobs.at(-1)).toEqual(["counts.js:addFromAction success"]);
  });
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
  await settled();
  expect(await http.query(api.jobs.list, {})).toEqual(["folder/errors.js:coded failed"]);
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
  const { http } = await serve();
  const id = await http.mutation(api.jobs.schedule, { name: "never", afterMs: 10 });
  await http.mutation(api.jobs.cancel, { id });
  await settled();
  expect(await http.query(api.jobs.list, {})).toEqual(["counts.js:add canceled"]);
  expect(await http.query(api.counts.get, { name: "never" })).toBe(0);
});

test("canceling a job that is over changes nothing", async () => {
  const { http } = await serve();
  const id = await http.mutation(api.jobs.schedule, { name: "now", afterMs: 0 });
  await settled();
  await http.mutation(api.jobs.cancel, { id });
  expect(await http.query(api.jobs.list, {})).toEqual(["counts.js:add success"]);
});

test("a job further away than a timer can wait does not run at once", async () => {
  const { http } = await serve();
  await http.mutation(api.jobs.schedule, { name: "next year", afterMs: 365 * 24 * 3600 * 1000 });
  await settled();
  expect(await http.query(api.jobs.list, {})).toEqual(["counts.js:add pending"]);
});

test("the jobs of a closed engine do not run", async () => {
  const { http, engine } = await serve();
  await http.mutation(api.jobs.schedule, { name: "never", afterMs: 10 });
  await engine.close();
  await settled();
  const args = { name: "never" };
  expect(await engine.runFunction("counts:get", args)).toMatchObject({ value: 0 });
});
