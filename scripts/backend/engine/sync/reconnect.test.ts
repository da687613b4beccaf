import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { api } from "../testing/api.ts";
import { addQuery, connectMessage, openRaw } from "../testing/rawClient.ts";
import { eventually, serve } from "../testing/serve.ts";

const send = {
  type: "Mutation",
  requestId: 0,
  udfPath: "messages:send",
  args: [{ author: "ann", body: "once" }],
};

test("a mutation repeated by the same session is answered from the first result", async () => {
  const { url, http } = await serve();
  const first = await openRaw(url);
  first.send(connectMessage());
  first.send(send);
  const answer = await first.next("MutationResponse");
  first.terminate();

  const second = await openRaw(url);
  second.send(connectMessage());
  second.send(send);
  expect(await second.next("MutationResponse")).toEqual(answer);
  expect(await second.next("Transition")).toMatchObject({ modifications: [] });
  expect(await http.query(api.messages.list, { author: "ann" })).toHaveLength(1);
});

test("a mutation repeated while the first is still running runs once", async () => {
  const { url, http } = await serve();
  const first = await openRaw(url);
  const second = await openRaw(url);
  for (const each of [first, second]) {
    each.send(connectMessage());
    each.send(send);
  }
  const answer = await first.next("MutationResponse");
  expect(await second.next("MutationResponse")).toEqual(answer);
  expect(await http.query(api.messages.list, { author: "ann" })).toHaveLength(1);
});

test("another session may use the same request id", async () => {
  const { url, http } = await serve();
  for (const sessionId of ["a", "b"]) {
    const client = await openRaw(url);
    client.send(connectMessage(sessionId));
    client.send(send);
    await client.next("MutationResponse");
  }
  expect(await http.query(api.messages.list, { author: "ann" })).toHaveLength(2);
});

test("a client that reconnects has its subscriptions and its unanswered mutations", async () => {
  const { client, http } = await serve();
  const sockets: WebSocket[] = [];
  class Watched extends WebSocket {
    constructor(url: string) {
      super(url);
      sockets.push(this);
    }
  }
  const webSocketConstructor = Watched as unknown as typeof globalThis.WebSocket;
  const convex = client({ webSocketConstructor });
  let seen: string[] = [];
  convex.onUpdate(api.messages.list, { author: "ann" }, (list) => {
    seen = list.map(({ body }) => body);
  });
  await convex.mutation(api.messages.send, { author: "ann", body: "before" });
  const sent = convex.mutation(api.messages.send, { author: "ann", body: "during" });
  sockets[0]?.terminate();
  await http.mutation(api.messages.send, { author: "ann", body: "meanwhile" });
  await sent;
  await eventually(() => expect(seen.toSorted()).toEqual(["before", "during", "meanwhile"]));
  expect(sockets).toHaveLength(2);
});

test("a new connection of a session starts with no query set", async () => {
  const { url } = await serve();
  for (const _ of ["first", "second"]) {
    const client = await openRaw(url);
    client.send(connectMessage());
    const modifications = [addQuery(7, "messages:list", { author: "ann" })];
    client.send({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications });
    expect(await client.next("Transition")).toMatchObject({
      startVersion: { querySet: 0, identity: 0, ts: "AAAAAAAAAAA=" },
      endVersion: { querySet: 1, identity: 0 },
      modifications: [{ type: "QueryUpdated", queryId: 7, value: [] }],
    });
  }
});
