import { expect, test } from "vitest";
import { addQuery, connectMessage, openRaw } from "../testing/rawClient.ts";
import { serve } from "../testing/serve.ts";

const IDENTITY_LINE =
  "This backend does not verify identities: sign out, or use a real deployment (npx convex dev)";

test("the response to a mutation comes before the transition that shows it", async () => {
  const { url } = await serve();
  const client = await openRaw(url);
  client.send(connectMessage());
  const modifications = [addQuery(1, "messages:list", { author: "ann" })];
  client.send({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications });
  await client.next("Transition");
  const args = [{ author: "ann", body: "hi" }];
  client.send({ type: "Mutation", requestId: 5, udfPath: "messages:send", args });
  const response = await client.next("MutationResponse");
  const transition = await client.next("Transition");
  expect(response).toMatchObject({ requestId: 5, success: true, logLines: [] });
  expect(transition).toMatchObject({ modifications: [{ queryId: 1, value: [{ body: "hi" }] }] });
  expect(client.received.indexOf(response)).toBeLessThan(client.received.indexOf(transition));
  const { ts } = transition.endVersion as { ts: string };
  expect(decode(ts)).toBeGreaterThanOrEqual(decode(String(response.ts)));
});

test("every transition starts at the version the one before it ended at", async () => {
  const { url } = await serve();
  const client = await openRaw(url);
  client.send(connectMessage());
  for (let i = 0; i < 5; i += 1) {
    const modifications = [addQuery(i, "messages:list", { author: String(i) })];
    client.send({ type: "ModifyQuerySet", baseVersion: i, newVersion: i + 1, modifications });
    const args = [{ author: String(i), body: "" }];
    client.send({ type: "Mutation", requestId: i, udfPath: "messages:send", args });
  }
  for (let i = 0; i < 5; i += 1) await client.next("MutationResponse");
  client.send({ type: "Authenticate", baseVersion: 0, tokenType: "None" });
  while (!client.received.some(isSignedOut)) await client.next("Transition");
  const transitions = client.received.filter(({ type }) => type === "Transition");
  const ends = transitions.map(({ endVersion }) => endVersion);
  const starts = transitions.map(({ startVersion }) => startVersion);
  expect(starts.slice(1)).toEqual(ends.slice(0, -1));
});

test("a removed query is confirmed", async () => {
  const { url } = await serve();
  const client = await openRaw(url);
  client.send(connectMessage());
  const modifications = [addQuery(1, "messages:list", { author: "ann" })];
  client.send({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications });
  await client.next("Transition");
  const removal = [{ type: "Remove", queryId: 1 }];
  client.send({ type: "ModifyQuerySet", baseVersion: 1, newVersion: 2, modifications: removal });
  expect(await client.next("Transition")).toMatchObject({
    modifications: [{ type: "QueryRemoved", queryId: 1 }],
  });
});

test("signing out is confirmed with the next identity version", async () => {
  const { url } = await serve();
  const client = await openRaw(url);
  client.send(connectMessage());
  client.send({ type: "Authenticate", baseVersion: 0, tokenType: "None" });
  expect(await client.next("Transition")).toMatchObject({ endVersion: { identity: 1 } });
});

test.for(["User", "Admin"])(
  "a token of type %s is refused with an AuthError",
  async (tokenType) => {
    const { url } = await serve();
    const client = await openRaw(url);
    client.send(connectMessage());
    client.send({ type: "Authenticate", baseVersion: 0, tokenType, value: "token" });
    expect(await client.next("AuthError")).toEqual({
      type: "AuthError",
      error: IDENTITY_LINE,
      baseVersion: 0,
      authUpdateAttempted: true,
    });
  },
);

test("a real client that is refused falls back to nobody and works", async () => {
  const { client } = await serve();
  const convex = client();
  const isAuthenticated = await new Promise((resolve) => {
    convex.setAuth(() => Promise.resolve("a.b.c"), resolve);
  });
  expect(isAuthenticated).toBe(false);
});

test("events are ignored", async () => {
  const { url } = await serve();
  const client = await openRaw(url);
  client.send({ type: "Event", eventType: "ClientConnect", event: {} });
  client.send({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications: [] });
  await client.next("Transition");
  expect(client.received).toHaveLength(1);
});

test("functions of a component are not in reach of a client", async () => {
  const { url } = await serve();
  const client = await openRaw(url);
  const query = { ...addQuery(1, "counts:get", { name: "a" }), componentPath: "counter" };
  client.send({ type: "ModifyQuerySet", baseVersion: 0, newVersion: 1, modifications: [query] });
  const { modifications } = await client.next("Transition");
  expect(modifications).toMatchObject([
    {
      type: "QueryFailed",
      errorMessage:
        "Could not find public function for 'counts:get' in component 'counter'. " +
        "Did you forget to run `npx convex dev` or `npx convex deploy`?",
    },
  ]);
});

function isSignedOut(message: Record<string, unknown>): boolean {
  return (message.endVersion as { identity?: number } | undefined)?.identity === 1;
}

function decode(ts: string): bigint {
  return Buffer.from(ts, "base64").readBigUInt64LE();
}
