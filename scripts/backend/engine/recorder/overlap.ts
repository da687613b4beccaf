import { compareValues, type Value } from "convex/values";
import { isPending } from "./commitTs.ts";
import type { Bound, Document, DocumentWrite, Position, RangeRead, Read } from "./recording.ts";

/** The fields an index orders by, `_creationTime` and `_id` included. */
export type IndexFields = (component: string, table: string, index: string) => readonly string[];

/** Why an execution has to run again, or conflicts. */
export interface Overlap {
  read: Read;
  write: DocumentWrite;
}

/**
 * The first write that could change what was read: its document, as it was before or as it is
 * after, lies in a range that was read, or it was looked up by id. Null when none does.
 */
export function findOverlap(
  reads: readonly Read[],
  writes: readonly DocumentWrite[],
  indexFields: IndexFields,
): Overlap | null {
  for (const write of writes) {
    const read = reads.find((each) => touches(each, write, indexFields));
    if (read !== undefined) return { read, write };
  }
  return null;
}

function touches(read: Read, write: DocumentWrite, indexFields: IndexFields): boolean {
  if (read.component !== write.component) return false;
  switch (read.kind) {
    case "point":
      return read.id === write.id;
    case "table":
      return read.table === write.table;
    case "range": {
      if (read.table !== write.table) return false;
      const fields = indexFields(read.component, read.table, read.index);
      return [write.before, write.after].some(
        (image) => image !== null && covers(read, image, fields),
      );
    }
  }
}

function covers(read: RangeRead, document: Document, fields: readonly string[]): boolean {
  const { after, upTo } = read;
  if (upTo === "nothing") return false;
  if (!read.bounds.every((bound) => satisfies(document, bound))) return false;
  const direction = read.order === "asc" ? 1 : -1;
  if (after !== null && offset(document, after, { fields, direction, unknown: 1 }) <= 0) {
    return false;
  }
  return upTo === "end" || offset(document, upTo, { fields, direction, unknown: -1 }) <= 0;
}

function satisfies(document: Document, { type, fieldPath, value }: Bound): boolean {
  const actual = fieldOf(document, fieldPath);
  // The commit timestamp is not known yet: whoever compares exactly resolves it first.
  if (isPending(actual)) return true;
  const order = compareValues(actual, value);
  switch (type) {
    case "Eq":
      return order === 0;
    case "Gt":
      return order > 0;
    case "Gte":
      return order >= 0;
    case "Lt":
      return order < 0;
    case "Lte":
      return order <= 0;
  }
}

/** How far behind (positive) or before a position the document comes, in scanning order. */
function offset(
  document: Document,
  position: Position,
  scan: { fields: readonly string[]; direction: 1 | -1; unknown: 1 | -1 },
): number {
  for (const [i, field] of scan.fields.entries()) {
    const actual = fieldOf(document, field);
    if (isPending(actual)) return scan.unknown;
    const at = "row" in position ? fieldOf(position.row, field) : position.key[i];
    const order = compareValues(actual, at);
    if (order !== 0) return order * scan.direction;
  }
  return 0;
}

function fieldOf(document: Document, path: string): Value | undefined {
  let value: Value | undefined = document;
  for (const name of path.split(".")) {
    value = isPlainObject(value) ? value[name] : undefined;
  }
  return value;
}

function isPlainObject(value: Value | undefined): value is Document {
  return (
    value !== null &&
    typeof value === "object" &&
    !Array.isArray(value) &&
    !(value instanceof ArrayBuffer) &&
    !isPending(value)
  );
}
