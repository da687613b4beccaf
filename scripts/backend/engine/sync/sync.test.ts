import { ConvexError } from "convex/values";
import { expect, onTestFinished, test, vi } from "vitest";
import { api, type Message } from "../testing/api.ts";
import { openRaw } from "../testing/rawClient.ts";
import { eventually, failure, serve } from "../testing/serve.ts";

test("a subscription gets its first result and every change of it", async () => {
  const { client, http } = await serve();
  const seen: string[][] = [];
  client().onUpdate(api.messages.list, { author: "ann" }, (list) => seen.push(bodies(list)));
  await eventually(() => expect(seen).toEqual([[]]));
  await http.mutation(api.messages.send, { author: "ann", body: "one" });
  await eventually(() => expect(seen).toEqual([[], ["one"]]));
});

test("a removed subscription gets nothing more, the others do", async () => {
  const { client, http, engine } = await serve();
  const convex = client();
  const removed: string[][] = [];
  const kept: string[][] = [];
  const stop = convex.onUpdate(api.messages.list, { author: "ann" }, (list) =>
    removed.push(bodies(list)),
  );
  convex.onUpdate(api.messages.list, { author: "bob" }, (list) => kept.push(bodies(list)));
  await eventually(() => expect(kept).toEqual([[]]));
  stop();
  // Sent behind the removal, on the same connection.
  await convex.mutation(api.messages.send, { author: "ann", body: "one" });
  await http.mutation(api.messages.send, { author: "bob", body: "two" });
  await eventually(() => expect(kept).toEqual([[], ["two"]]));
  expect(removed).toEqual([[]]);
  expect(engine.stats.reruns).toBe(1);
});

test("a mutation resolves after the subscriptions of its client have seen it", async () => {
  const { client } = await serve();
  const convex = client();
  let latest: string[] = [];
  convex.onUpdate(api.messages.list, { author: "ann" }, (list) => (latest = bodies(list)));
  for (const body of ["one", "two", "three"]) {
    await convex.mutation(api.messages.send, { author: "ann", body });
    expect(latest.at(-1)).toBe(body);
  }
});

test("a mutation that touches no subscription resolves without another commit", async () => {
  const { client } = await serve();
  const convex = client();
  await convex.mutation(api.messages.send, { author: "ann", body: "unseen" });
  expect(await convex.mutation(api.folder.errors.coded, {}).catch(() => "failed")).toBe("failed");
});

test("mutations of one client run in the order they were sent", async () => {
  const { client, http } = await serve();
  const convex = client();
  const sent = Array.from({ length: 20 }, (_, i) => String(i));
  await Promise.all(
    sent.map((body) => convex.mutation(api.messages.send, { author: "ann", body })),
  );
  expect(bodies(await http.query(api.messages.list, { author: "ann" }))).toEqual(sent);
});

test("a commit re-runs only the subscriptions it touches", async () => {
  const { client, http, engine } = await serve();
  const convex = client();
  const seen: string[] = [];
  for (const author of ["ann", "bob", "eve"]) {
    convex.onUpdate(api.messages.list, { author }, () => seen.push(author));
  }
  await eventually(() => expect(seen).toHaveLength(3));
  await http.mutation(api.messages.send, { author: "bob", body: "hi" });
  await eventually(() => expect(seen).toEqual(["ann", "bob", "eve", "bob"]));
  expect(engine.stats).toMatchObject({ commits: 1, reruns: 1, skipped: 2 });
});

test("without selection every commit re-runs everything, and the client sees the same", async () => {
  const { client, http, engine } = await serve(undefined, { selective: false });
  const convex = client();
  const seen: string[] = [];
  for (const author of ["ann", "bob"]) {
    convex.onUpdate(api.messages.list, { author }, () => seen.push(author));
  }
  await eventually(() => expect(seen).toHaveLength(2));
  await http.mutation(api.messages.send, { author: "bob", body: "hi" });
  await eventually(() => expect(seen).toEqual(["ann", "bob", "bob"]));
  expect(engine.stats).toMatchObject({ commits: 1, reruns: 2, skipped: 0 });
});

test("what a component's mutation changes reaches subscribers, also when an action called it", async () => {
  const { client } = await serve();
  const convex = client();
  const seen: number[] = [];
  convex.onUpdate(api.counts.get, { name: "visits" }, (value) => seen.push(value));
  await eventually(() => expect(seen).toEqual([0]));
  await convex.mutation(api.counts.add, { name: "visits" });
  await convex.action(api.counts.addFromAction, { name: "visits" });
  await eventually(() => expect(seen).toEqual([0, 1, 2]));
});

test("the data of a ConvexError arrives, and nothing of its transaction stays", async () => {
  const { client, http } = await serve();
  const error = await failure(client().mutation(api.folder.errors.coded, {}));
  expect(error).toBeInstanceOf(ConvexError);
  expect(error.data).toEqual({ code: "NOPE", limit: 3n });
  expect(await http.query(api.messages.list, { author: "rolled back" })).toEqual([]);
});

test("a failing subscription reports its error", async () => {
  const { client } = await serve();
  const error = await new Promise<Error>((resolve) => {
    client().onUpdate(api.folder.errors.codedQuery, {}, () => {}, resolve);
  });
  expect(error).toMatchObject({ data: { code: "NOPE" } });
});

test("a failing action says what was thrown", async () => {
  const { client, lines } = await serve();
  const error = await failure(client().action(api.folder.errors.plain, {}));
  expect(error.message).toContain("Uncaught RangeError: out of range");
  expect(lines).toContain("[CONVEX A(folder/errors:plain)] Uncaught RangeError: out of range");
});

test("clients hear from the server every 15 seconds", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  const { url } = await serve();
  const client = await openRaw(url);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(await client.next("Ping")).toEqual({ type: "Ping" });
});

function bodies(list: Message[]): string[] {
  return list.map(({ body }) => body);
}
