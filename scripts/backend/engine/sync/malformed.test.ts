import { request, type IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { version } from "convex";
import { expect, test } from "vitest";
import { api } from "../testing/api.ts";
import { addQuery, connectMessage, openRaw } from "../testing/rawClient.ts";
import { serve } from "../testing/serve.ts";

const watch = (baseVersion: number, newVersion: number, modifications: object[] = []) => ({
  type: "ModifyQuerySet",
  baseVersion,
  newVersion,
  modifications,
});
const list = addQuery(1, "messages:list", { author: "ann" });

test.for([
  ["text that is not JSON", ["hello"], "Expected a JSON message"],
  ["JSON that is no object", ["[]"], 'Expected "message" to be an object'],
  ["no type", [{}], "Unknown message type undefined"],
  ["an unknown type", [{ type: "Subscribe" }], 'Unknown message type "Subscribe"'],
  ["a missing field", [{ type: "Connect" }], 'Expected "sessionId" to be a string'],
  [
    "a version that is no count",
    [{ ...watch(0, 1), baseVersion: -1 }],
    'Expected "baseVersion" to be a non-negative integer',
  ],
  ["modifications that are no list", [{ ...watch(0, 1), modifications: 1 }], "to be an array"],
  ["an unknown modification", [watch(0, 1, [{ ...list, type: "Put" }])], "modification type"],
  ["several argument objects", [watch(0, 1, [{ ...list, args: [{}, {}] }])], "one object"],
  [
    "a journal that is no string",
    [watch(0, 1, [{ ...list, journal: 1 }])],
    'Expected "journal" to be a string',
  ],
  [
    "a component path that is no string",
    [watch(0, 1, [{ ...list, componentPath: 1 }])],
    'Expected "componentPath" to be a string',
  ],
  [
    "a query set of another version",
    [watch(3, 4)],
    "Cannot change the query set from version 3 to 4: it has version 0",
  ],
  ["a query set that goes back", [watch(0, 1), watch(1, 1)], "from version 1 to 1"],
  ["a query that is there", [watch(0, 1, [list]), watch(1, 2, [list])], "1 is already watched"],
  ["a query that is not", [watch(0, 1, [{ type: "Remove", queryId: 9 }])], "9 is not watched"],
  [
    "an unknown token type",
    [{ type: "Authenticate", baseVersion: 0, tokenType: "Cookie" }],
    'Expected "tokenType" to be "None", "User" or "Admin"',
  ],
  [
    "a mutation before Connect",
    [{ type: "Mutation", requestId: 0, udfPath: "a:b", args: [{}] }],
    "Expected Connect before Mutation",
  ],
  ["a binary frame", [Buffer.from("{}")], "Expected a text message, not a binary one"],
  ["an oversized message", ["x".repeat(18 * 1024 * 1024)], "bytes, the limit is"],
] satisfies [string, (string | Buffer | object)[], string][])(
  "%s is answered in one line and ends the connection, not the server",
  async ([, messages, expected]) => {
    const { url, http, lines, engine } = await serve();
    const client = await openRaw(url);
    for (const message of messages) {
      const isRaw = typeof message === "string" || Buffer.isBuffer(message);
      if (isRaw) client.sendRaw(message);
      else client.send(message as Record<string, unknown>);
    }
    const { error } = await client.next("FatalError");
    expect(error).toContain(expected);
    expect(error).not.toContain("\n");
    expect(await client.closed).toMatchObject({ code: 1008 });
    expect(lines).toEqual([`sync client: ${String(error)}`]);
    expect(await http.query(api.messages.list, { author: "ann" })).toEqual([]);
    expect(engine.stats.connections).toBe(0);
  },
);

test("messages after a bad one are neither answered nor run", async () => {
  const { url, http } = await serve();
  const client = await openRaw(url);
  client.send(connectMessage());
  client.sendRaw("bad");
  const args = [{ author: "ann", body: "" }];
  client.send({ type: "Mutation", requestId: 0, udfPath: "messages:send", args });
  await client.closed;
  expect(client.received.map(({ type }) => type)).toEqual(["FatalError"]);
  expect(await http.query(api.messages.list, { author: "ann" })).toEqual([]);
});

test("several bad messages of one client are one line", async () => {
  const { url, lines } = await serve();
  const client = await openRaw(url);
  for (const version of [3, 4, 5]) client.send(watch(version, version + 1));
  await client.closed;
  expect(lines).toHaveLength(1);
});

test("a frame that is not even read ends the connection, not the server", async () => {
  const { url, http, lines } = await serve();
  const client = await openRaw(url);
  client.sendRaw("x".repeat(65 * 1024 * 1024));
  expect(await client.closed).toMatchObject({ code: 1009 });
  expect(lines).toEqual(["sync client: Max payload size exceeded"]);
  expect(await http.query(api.messages.list, { author: "ann" })).toEqual([]);
});

test("a client of a newer protocol is served while its messages are understood", async () => {
  const { url } = await serve();
  const client = await openRaw(url, "99.1.0");
  client.send({ ...connectMessage(), compression: "new in 99" });
  client.send(watch(0, 1, [list]));
  expect(await client.next("Transition")).toMatchObject({ endVersion: { querySet: 1 } });
});

test("a message only a newer protocol has is answered with both versions", async () => {
  const { url } = await serve();
  const client = await openRaw(url, "99.1.0");
  client.send({ type: "Teleport" });
  expect(await client.next("FatalError")).toMatchObject({
    error:
      `Unknown message type "Teleport": the client speaks convex 99.1.0 and this backend ` +
      `${version}. Use the same version of the convex package in both`,
  });
});

test("a websocket to another path is turned away", async () => {
  const { url } = await serve();
  await expect(openRaw(url, "a/b")).rejects.toThrow("Unexpected server response: 404");
});

test("an upgrade that is no websocket handshake is turned away", async () => {
  const { url, http } = await serve();
  const headers = { connection: "Upgrade", upgrade: "websocket" };
  const status = await new Promise((resolve) => {
    request(`${url}/api/1.0.0/sync`, { headers }, (response) => {
      resolve(response.statusCode);
      response.destroy();
    }).end();
  });
  expect(status).toBe(400);
  expect(await http.query(api.messages.list, { author: "ann" })).toEqual([]);
});

test("a client that hangs up while it is turned away does no harm", async () => {
  const { engine } = await serve();
  const socket = new PassThrough();
  engine.handleUpgrade({ url: "/api/other" } as IncomingMessage, socket, Buffer.alloc(0));
  expect(() => socket.emit("error", new Error("ECONNRESET"))).not.toThrow();
});
