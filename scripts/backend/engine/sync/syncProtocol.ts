import { version as ourVersion } from "convex";
import type { JSONValue } from "convex/values";

/** What a client sends, as `convex/src/browser/sync/protocol.ts` has it. */
export type ClientMessage =
  | { type: "Connect"; sessionId: string }
  | {
      type: "ModifyQuerySet";
      baseVersion: number;
      newVersion: number;
      modifications: (AddQuery | { type: "Remove"; queryId: number })[];
    }
  | FunctionMessage
  | { type: "Authenticate"; baseVersion: number; tokenType: "None" | "User" | "Admin" }
  | { type: "Event" };

/** A query to watch from now on; `journal` pins the page an earlier connection was given. */
export interface AddQuery extends FunctionAddress {
  type: "Add";
  queryId: number;
  journal: string | null;
}

/** A mutation or an action to run once. */
export interface FunctionMessage extends FunctionAddress {
  type: "Mutation" | "Action";
  requestId: number;
}

interface FunctionAddress {
  udfPath: string;
  componentPath: string | undefined;
  args: JSONValue;
}

interface StateVersion {
  querySet: number;
  identity: number;
  ts: string;
}

/** A change to the results a client holds. */
export type StateModification =
  | ({ type: "QueryUpdated"; value: JSONValue } & QueryResult)
  | ({ type: "QueryFailed"; errorMessage: string; errorData?: JSONValue } & QueryResult)
  | { type: "QueryRemoved"; queryId: number };

interface QueryResult {
  queryId: number;
  logLines: string[];
  journal: string | null;
}

/** What the backend sends. */
export type ServerMessage =
  | {
      type: "Transition";
      startVersion: StateVersion;
      endVersion: StateVersion;
      modifications: StateModification[];
    }
  | ({ type: "MutationResponse"; ts?: string } & FunctionResponse)
  | ({ type: "ActionResponse" } & FunctionResponse)
  | { type: "AuthError"; error: string; baseVersion: number; authUpdateAttempted: boolean }
  | { type: "FatalError"; error: string }
  | { type: "Ping" };

interface FunctionResponse {
  requestId: number;
  success: boolean;
  /** The value, or the error message. */
  result: JSONValue;
  errorData?: JSONValue;
  logLines: string[];
}

/** A message that cannot be answered: the client is told in one line and disconnected. */
export class ProtocolError extends Error {}

/** @param clientVersion the `convex` version in the URL, to explain a message from the future */
export function parseClientMessage(text: string, clientVersion: string): ClientMessage {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ProtocolError("Expected a JSON message");
  }
  const fields = objectOf(json, "message");
  switch (fields.type) {
    case "Connect":
      return { type: "Connect", sessionId: stringOf(fields, "sessionId") };
    case "ModifyQuerySet":
      return {
        type: "ModifyQuerySet",
        baseVersion: countOf(fields, "baseVersion"),
        newVersion: countOf(fields, "newVersion"),
        modifications: arrayOf(fields, "modifications").map(modificationOf),
      };
    case "Mutation":
    case "Action":
      return { type: fields.type, requestId: countOf(fields, "requestId"), ...addressOf(fields) };
    case "Authenticate":
      return {
        type: "Authenticate",
        baseVersion: countOf(fields, "baseVersion"),
        tokenType: tokenTypeOf(fields),
      };
    case "Event":
      return { type: "Event" };
    default:
      throw new ProtocolError(unknownType(fields.type, clientVersion));
  }
}

function unknownType(type: unknown, clientVersion: string): string {
  const what = `Unknown message type ${JSON.stringify(type) ?? "undefined"}`;
  if (!isNewer(clientVersion, ourVersion)) return what;
  return (
    `${what}: the client speaks convex ${clientVersion} and this backend ${ourVersion}. ` +
    "Use the same version of the convex package in both"
  );
}

function isNewer(version: string, than: string): boolean {
  return version.localeCompare(than, "en", { numeric: true }) > 0;
}

function modificationOf(json: unknown): AddQuery | { type: "Remove"; queryId: number } {
  const fields = objectOf(json, "modification");
  const queryId = countOf(fields, "queryId");
  if (fields.type === "Remove") return { type: "Remove", queryId };
  if (fields.type !== "Add") {
    throw new ProtocolError(`Unknown modification type ${JSON.stringify(fields.type)}`);
  }
  const journal = fields.journal ?? null;
  if (journal !== null && typeof journal !== "string") throw unexpected("journal", "a string");
  return { type: "Add", queryId, journal, ...addressOf(fields) };
}

type Fields = Record<string, unknown>;

function addressOf(fields: Fields): FunctionAddress {
  const [args = {}, ...others] = arrayOf(fields, "args");
  if (others.length > 0) throw unexpected("args", "one object");
  const componentPath = fields.componentPath ?? undefined;
  if (componentPath !== undefined && typeof componentPath !== "string") {
    throw unexpected("componentPath", "a string");
  }
  return { udfPath: stringOf(fields, "udfPath"), componentPath, args: args as JSONValue };
}

function tokenTypeOf({ tokenType }: Fields): "None" | "User" | "Admin" {
  if (tokenType === "None" || tokenType === "User" || tokenType === "Admin") return tokenType;
  throw unexpected("tokenType", '"None", "User" or "Admin"');
}

function objectOf(json: unknown, name: string): Fields {
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as Fields;
  throw unexpected(name, "an object");
}

function arrayOf(fields: Fields, name: string): unknown[] {
  const value = fields[name];
  if (Array.isArray(value)) return value;
  throw unexpected(name, "an array");
}

function stringOf(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === "string") return value;
  throw unexpected(name, "a string");
}

function countOf(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw unexpected(name, "a non-negative integer");
}

function unexpected(name: string, expected: string): ProtocolError {
  return new ProtocolError(`Expected "${name}" to be ${expected}`);
}
