import { jsonToConvex, type JSONValue, type Value } from "convex/values";
import { asPending } from "./commitTs.ts";
import type { Bound, Position, RangeRead, TableRead } from "./recording.ts";

/** A query as `convex/server` serialises it for "1.0/queryStream" and "1.0/queryPage". */
export interface SerializedQuery {
  source:
    | { type: "FullTableScan"; tableName: string; order: "asc" | "desc" | null }
    | {
        type: "IndexRange";
        indexName: string;
        range: readonly SerializedBound[];
        order: "asc" | "desc" | null;
      }
    | { type: "Search"; indexName: string };
  operators: readonly ({ filter: JSONValue } | { limit: number })[];
}

type SerializedBound = Omit<Bound, "value"> & { value: JSONValue };

/** The cursor convex-test gives for "past the last row". */
export const END_CURSOR = "_end_cursor";

/** What the query would read if nobody stopped it; the caller narrows `after` and `upTo`. */
export function readOf({ source }: SerializedQuery): RangeRead | TableRead {
  const component = "";
  if (source.type === "FullTableScan") {
    const scan = { table: source.tableName, index: "by_creation_time", bounds: [] };
    return { ...unread, ...scan, component, order: source.order ?? "asc" };
  }
  const [table = "", index = ""] = source.indexName.split(".");
  if (source.type === "Search") return { kind: "table", component, table };
  const bounds = source.range.map((bound) => ({ ...bound, value: boundValue(bound.value) }));
  return { ...unread, component, table, index, bounds, order: source.order ?? "asc" };
}

const unread = { kind: "range", after: null, upTo: "nothing" } as const;

/** The number of rows asked for by `.first()`, `.take(n)` and the like; null for all. */
export function limitOf({ operators }: SerializedQuery): number | null {
  const operator = operators.find((each) => "limit" in each);
  return operator === undefined ? null : operator.limit;
}

/** convex-test cursors are the index key: each value as JSON text, null where the field is absent. */
export function positionOf(cursor: string): Position {
  const key = JSON.parse(cursor) as (string | null)[];
  return {
    key: key.map((text) =>
      text === null ? undefined : jsonToConvex(JSON.parse(text) as JSONValue),
    ),
  };
}

function boundValue(value: JSONValue): Value | undefined {
  if (value !== null && typeof value === "object" && "$undefined" in value) return undefined;
  return asPending(jsonToConvex(value));
}
