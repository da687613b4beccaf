import { getDocumentSize, jsonToConvex, type JSONValue } from "convex/values";
import { asPending } from "./commitTs.ts";
import type { Syscalls } from "../convexTestRuntime.ts";
import { END_CURSOR, limitOf, positionOf, readOf, type SerializedQuery } from "./queryRange.ts";
import type { Document, RangeRead, Recording, TableRead } from "./recording.ts";

/** An operation and its arguments as JSON. */
export interface Call {
  op: string;
  json: string;
}

/** Notes a stream when it is opened; the rows taken from it are noted one by one. */
export function recordSync(recording: Recording, { op, json, result }: Call & { result: string }) {
  if (op !== "1.0/queryStream") return;
  const { query } = JSON.parse(json) as { query: SerializedQuery };
  const { queryId } = JSON.parse(result) as { queryId: number };
  const read = readOf(query);
  recording.reads.push(read);
  recording.streams.set(queryId, { read, limit: limitOf(query), rows: 0 });
}

/** Performs a syscall and notes what it read or wrote. */
export async function recordAsync(
  inner: Syscalls,
  recording: Recording,
  call: Call,
): Promise<string> {
  switch (call.op) {
    case "1.0/get":
      return recordGet(inner, recording, call);
    case "1.0/queryStreamNext":
      return recordNext(inner, recording, call);
    case "1.0/queryPage":
      return recordPage(inner, recording, call);
    case "1.0/count":
      return recordCount(inner, recording, call);
    case "1.0/insert":
      return recordInsert(inner, recording, call);
    case "1.0/schedule":
      return recordSchedule(inner, recording, call);
    case "1.0/shallowMerge":
    case "1.0/replace":
    case "1.0/remove":
    case "1.0/cancel_job":
      return recordChange(inner, recording, call);
    case "1.0/getTransactionMetrics":
      return hideOverhead(inner, recording, call);
    default:
      return inner.asyncSyscall(call.op, call.json);
  }
}

async function recordGet(inner: Syscalls, recording: Recording, { op, json }: Call) {
  const { id } = JSON.parse(json) as { id: string };
  recording.reads.push({ kind: "point", component: await componentOf(inner, recording), id });
  return inner.asyncSyscall(op, json);
}

async function recordNext(inner: Syscalls, recording: Recording, { op, json }: Call) {
  const { queryId } = JSON.parse(json) as { queryId: number };
  const result = await inner.asyncSyscall(op, json);
  const stream = recording.streams.get(queryId);
  if (stream === undefined) return result;
  stream.read.component = await componentOf(inner, recording);
  const { value, done } = JSON.parse(result) as { value: JSONValue; done: boolean };
  if (stream.read.kind === "table") return result;
  if (!done) {
    stream.rows += 1;
    stream.read.upTo = { row: asPending(jsonToConvex(value) as Document) };
  } else if (stream.limit === null || stream.rows < stream.limit) {
    stream.read.upTo = "end";
  }
  return result;
}

interface PageArgs {
  query: SerializedQuery;
  cursor: string | null;
  endCursor?: string | null;
}

interface PageResult {
  isDone: boolean;
  continueCursor: string;
  pageStatus: "SplitRequired" | "SplitRecommended" | null;
}

async function recordPage(inner: Syscalls, recording: Recording, { op, json }: Call) {
  const args = JSON.parse(json) as PageArgs;
  const read = readOf(args.query);
  read.component = await componentOf(inner, recording);
  recording.reads.push(read);
  const endCursor = args.endCursor ?? journaledEnd(recording, args.cursor);
  const result = await inner.asyncSyscall(op, JSON.stringify({ ...args, endCursor }));
  const page = endAt(endCursor, JSON.parse(result) as PageResult);
  if (!recording.isNested) {
    recording.journal = { cursor: args.cursor, endCursor: page.continueCursor };
  }
  if (read.kind === "range") markPage(read, args.cursor, page.continueCursor);
  return JSON.stringify(page);
}

/** The backend gives nested queries no journal, so only the outermost query's page is pinned. */
function journaledEnd(recording: Recording, cursor: string | null): string | null {
  const { journal, isNested } = recording;
  return !isNested && journal !== null && journal.cursor === cursor ? journal.endCursor : null;
}

/**
 * A page with a given end ends there, also when the row at the end is gone: convex-test then calls
 * the page the last one, and the rows behind it would be lost to the client.
 */
function endAt(endCursor: string | null, page: PageResult): PageResult {
  if (endCursor === null || page.pageStatus === "SplitRequired") return page;
  return { ...page, continueCursor: endCursor, isDone: endCursor === END_CURSOR };
}

function markPage(read: RangeRead, cursor: string | null, continueCursor: string): void {
  if (cursor === END_CURSOR) return;
  read.after = cursor === null ? null : positionOf(cursor);
  read.upTo = continueCursor === END_CURSOR ? "end" : positionOf(continueCursor);
}

async function recordCount(inner: Syscalls, recording: Recording, { op, json }: Call) {
  const { table } = JSON.parse(json) as { table: string };
  const read: TableRead = { kind: "table", component: await componentOf(inner, recording), table };
  recording.reads.push(read);
  return inner.asyncSyscall(op, json);
}

async function recordInsert(inner: Syscalls, recording: Recording, { op, json }: Call) {
  const { table } = JSON.parse(json) as { table: string };
  const component = await componentOf(inner, recording);
  const result = await inner.asyncSyscall(op, json);
  const { _id: id } = JSON.parse(result) as { _id: string };
  const after = await image(inner, recording, id);
  recording.addWrite({ component, table, id, before: null, after });
  return result;
}

async function recordSchedule(inner: Syscalls, recording: Recording, { op, json }: Call) {
  const component = await componentOf(inner, recording);
  const result = await inner.asyncSyscall(op, json);
  const id = JSON.parse(result) as string;
  const after = await image(inner, recording, id);
  recording.addWrite({ component, table: "_scheduled_functions", id, before: null, after });
  return result;
}

async function recordChange(inner: Syscalls, recording: Recording, { op, json }: Call) {
  const { id } = JSON.parse(json) as { id: string };
  const component = await componentOf(inner, recording);
  // A change reads the document it changes, even where the handler did not look.
  recording.reads.push({ kind: "point", component, id });
  const before = await image(inner, recording, id);
  const result = await inner.asyncSyscall(op, json);
  const after = op === "1.0/remove" ? null : await image(inner, recording, id);
  // convex-test ids are a number followed by the name of the table.
  recording.addWrite({ component, table: id.replace(/^[0-9]+/, ""), id, before, after });
  return result;
}

async function componentOf(inner: Syscalls, recording: Recording): Promise<string> {
  if (recording.component === null) {
    const metadata = await inner.asyncSyscall("1.0/getFunctionMetadata", "{}");
    recording.component = (JSON.parse(metadata) as { componentPath: string }).componentPath;
  }
  return recording.component;
}

async function image(inner: Syscalls, recording: Recording, id: string): Promise<Document | null> {
  const json = await inner.asyncSyscall("1.0/get", JSON.stringify({ id }));
  const document = jsonToConvex(JSON.parse(json) as JSONValue) as Document | null;
  recording.overhead.databaseQueries += 1;
  if (document !== null) {
    recording.overhead.documentsRead += 1;
    recording.overhead.bytesRead += getDocumentSize(document);
  }
  return document;
}

type Metrics = Record<string, { used: number; remaining: number }>;

/** `ctx.meta.getTransactionMetrics()` must not count the images the recorder takes. */
async function hideOverhead(inner: Syscalls, recording: Recording, { op, json }: Call) {
  const metrics = JSON.parse(await inner.asyncSyscall(op, json)) as Metrics;
  for (const [name, amount] of Object.entries(recording.overhead)) {
    const metric = metrics[name];
    if (metric !== undefined) {
      metrics[name] = { used: metric.used - amount, remaining: metric.remaining + amount };
    }
  }
  return JSON.stringify(metrics);
}
