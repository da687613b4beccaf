import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import type { WebSocket } from "ws";
import { CommitClock } from "../clock.ts";
import type { TestRuntime } from "../convexTestRuntime.ts";
import type { FunctionRunner, QueryRun } from "../functions/functionRunner.ts";
import type { DocumentWrite, Read } from "../recorder/recording.ts";
import { addQuery, connectMessage } from "../testing/rawClient.ts";
import { eventually } from "../testing/serve.ts";
import { Connection } from "./connection.ts";
import { ClientSessions } from "./mutationResults.ts";
import { Subscriptions } from "./subscriptions.ts";

/** A connection whose functions cost nothing, so that only the order of messages is left. */
function open(overrides: Partial<Record<"query" | "mutation", () => Promise<unknown>>> = {}) {
  const written: DocumentWrite[] = [
    { component: "", table: "t", id: "1", before: null, after: {} },
  ];
  const reads: Read[] = [{ kind: "table", component: "", table: "t" }];
  let runs = 0;
  const clock = new CommitClock();
  const runner = {
    query: (): Promise<QueryRun> => {
      const outcome = { ok: true as const, value: (runs += 1), logLines: [] };
      return Promise.resolve({ outcome, reads, journal: null });
    },
    mutation: () => {
      const ts = clock.advance();
      connection.onCommit(written);
      return Promise.resolve({ outcome: { ok: true, value: null, logLines: [] }, ts });
    },
    ...overrides,
  } as unknown as FunctionRunner;
  const stats = { commits: 0, reruns: 0, skipped: 0, connections: 0 };
  const indexFields = () => [];
  const subscriptions = new Subscriptions({ runner, stats, indexFields, isSelective: true });
  const sent: Record<string, unknown>[] = [];
  const socket = Object.assign(new EventEmitter(), {
    OPEN: 1,
    readyState: 1,
    send: (text: string) => sent.push(JSON.parse(text) as Record<string, unknown>),
    close: () => {},
  });
  const lines: string[] = [];
  const print = (line: string) => lines.push(line);
  const connection: Connection = new Connection(
    socket as unknown as WebSocket,
    { runner, clock, print, sessions: new ClientSessions(print as (error: unknown) => void) },
    { version: "1.0.0", runtime: {} as TestRuntime, subscriptions },
  );
  const receive = (message: object) =>
    socket.emit("message", Buffer.from(JSON.stringify(message)), false);
  receive(connectMessage());
  return { connection, sent, receive, lines, written };
}

const watch = {
  type: "ModifyQuerySet",
  baseVersion: 0,
  newVersion: 1,
  modifications: [addQuery(1, "m:q")],
};
const mutate = { type: "Mutation", requestId: 0, udfPath: "m:m", args: [{}] };

test("a transition that shows a mutation never comes before its response", async () => {
  const { sent, receive } = open();
  receive(watch);
  await eventually(() => expect(sent).toHaveLength(1));
  receive(mutate);
  await eventually(() => expect(sent).toHaveLength(3));
  expect(sent.slice(1)).toMatchObject([
    { type: "MutationResponse" },
    { type: "Transition", modifications: [{ value: 2 }] },
  ]);
});

test("commits that come together are pushed together", async () => {
  const { connection, sent, receive, written } = open();
  receive(watch);
  await eventually(() => expect(sent).toHaveLength(1));
  for (let i = 0; i < 5; i += 1) connection.onCommit(written);
  await eventually(() => expect(sent).toHaveLength(2));
  expect(sent[1]).toMatchObject({ modifications: [{ value: 2 }] });
});

test("a commit that touches nothing here is not pushed", async () => {
  const { connection, sent, receive } = open();
  receive(watch);
  await eventually(() => expect(sent).toHaveLength(1));
  connection.onCommit([{ component: "", table: "u", id: "1", before: null, after: {} }]);
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(sent).toHaveLength(1);
});

test("commits during a push are pushed after it", async () => {
  let runs = 0;
  const { sent, receive, connection, written } = open({
    query: () => {
      if (runs < 20) connection.onCommit(written);
      runs += 1;
      const outcome = { ok: true, value: runs, logLines: [] };
      const reads: Read[] = [{ kind: "table", component: "", table: "t" }];
      return Promise.resolve({ outcome, reads, journal: null });
    },
  });
  receive(watch);
  await eventually(() => expect(runs).toBe(21));
  await eventually(() => {
    expect(sent.at(-1)).toMatchObject({ modifications: [{ value: 21 }] });
  });
});

test("a bug of the backend ends the connection with a line, not the server", async () => {
  const { sent, receive, lines } = open({
    query: () => Promise.reject(new Error("a bug")),
  });
  receive(watch);
  await eventually(() => expect(lines).toEqual(["sync client: Internal error: Error: a bug"]));
  expect(sent).toEqual([{ type: "FatalError", error: "Internal error: Error: a bug" }]);
});
