import { jsonToConvex } from "convex/values";
import { describe, expect, test } from "vitest";
import { resolveCommitTs } from "./commitTs.ts";
import { findOverlap } from "./overlap.ts";
import type { Bound, Document, DocumentWrite, RangeRead, Read } from "./recording.ts";

const commitTs = jsonToConvex({ $commitTs: null });

const indexFields = () => ["a", "b", "_creationTime", "_id"];

const range: RangeRead = {
  kind: "range",
  component: "",
  table: "t",
  index: "by_a_b",
  bounds: [],
  order: "asc",
  after: null,
  upTo: "end",
};

function row(a: Document[string], b: Document[string] = 0): Document {
  return { _id: `${String(a)}-${String(b)}`, _creationTime: 1, a, b };
}

function write(images: Partial<DocumentWrite>): DocumentWrite {
  return { component: "", table: "t", id: "x", before: null, after: null, ...images };
}

function touches(read: Read, ...writes: DocumentWrite[]): boolean {
  return findOverlap([read], writes, indexFields) !== null;
}

describe("a point read", () => {
  const read: Read = { kind: "point", component: "", id: "x" };

  test("overlaps any write of that document", () => {
    expect(touches(read, write({ after: row(1) }))).toBe(true);
  });

  test("does not overlap another document, or the same id in another component", () => {
    expect(touches(read, write({ id: "y", after: row(1) }))).toBe(false);
    expect(touches(read, write({ component: "c", after: row(1) }))).toBe(false);
  });
});

describe("a range that was read to its end", () => {
  const bounds: Bound[] = [
    { type: "Eq", fieldPath: "a", value: 1 },
    { type: "Gt", fieldPath: "b", value: 2 },
  ];
  const read = { ...range, bounds };

  test("overlaps a document that enters, leaves or stays", () => {
    expect(touches(read, write({ before: row(0), after: row(1, 3) }))).toBe(true);
    expect(touches(read, write({ before: row(1, 3), after: row(0) }))).toBe(true);
    expect(touches(read, write({ before: row(1, 3), after: row(1, 4) }))).toBe(true);
    expect(touches(read, write({ before: row(1, 3) }))).toBe(true);
  });

  test("does not overlap a document outside before and after", () => {
    expect(touches(read, write({ before: row(1, 2), after: row(0, 3) }))).toBe(false);
    expect(touches(read, write({ table: "u", after: row(1, 3) }))).toBe(false);
  });

  test.for([
    ["Eq", [false, true, false]],
    ["Gt", [false, false, true]],
    ["Gte", [false, true, true]],
    ["Lt", [true, false, false]],
    ["Lte", [true, true, false]],
  ] as const)("with %s compares as the index does", ([type, expected]) => {
    const bounded = { ...range, bounds: [{ type, fieldPath: "a", value: 5 }] };
    expect([4, 5, 6].map((a) => touches(bounded, write({ after: row(a) })))).toEqual(expected);
  });

  test("takes a missing field for the smallest value", () => {
    const missing = { ...range, bounds: [{ type: "Lt", fieldPath: "c", value: null } as Bound] };
    expect(touches(missing, write({ after: row(1) }))).toBe(true);
    expect(touches(missing, write({ after: { ...row(1), c: null } }))).toBe(false);
  });

  test("reaches into objects, and not into arrays or bytes", () => {
    const nested = { ...range, bounds: [{ type: "Eq", fieldPath: "a.c", value: 1 } as Bound] };
    expect(touches(nested, write({ after: row({ c: 1 }) }))).toBe(true);
    expect(touches(nested, write({ after: row([{ c: 1 }]) }))).toBe(false);
    expect(touches(nested, write({ after: row(new ArrayBuffer(1)) }))).toBe(false);
  });
});

describe("a range that was left early", () => {
  test("covers what comes up to the last row, that row included", () => {
    const read: RangeRead = { ...range, upTo: { row: row(2, 5) } };
    expect(touches(read, write({ after: row(2, 4) }))).toBe(true);
    expect(touches(read, write({ before: row(2, 5) }))).toBe(true);
    expect(touches(read, write({ after: row(2, 6) }))).toBe(false);
  });

  test("covers the other side in descending order", () => {
    const read: RangeRead = { ...range, order: "desc", upTo: { row: row(2, 5) } };
    expect(touches(read, write({ after: row(2, 4) }))).toBe(false);
    expect(touches(read, write({ before: row(2, 5) }))).toBe(true);
    expect(touches(read, write({ after: row(2, 6) }))).toBe(true);
  });

  test("covers nothing before the first row is asked for", () => {
    expect(touches({ ...range, upTo: "nothing" }, write({ after: row(1) }))).toBe(false);
  });

  test("covers a page from behind its cursor to its end", () => {
    const page: RangeRead = { ...range, after: { key: [1, 0, 1, "1-0"] }, upTo: { row: row(3) } };
    const covered = [0, 1, 2, 3, 4].filter((a) => touches(page, write({ after: row(a) })));
    expect(covered).toEqual([2, 3]);
  });
});

test("a whole table overlaps every write to it, and to no other", () => {
  const read: Read = { kind: "table", component: "", table: "t" };
  expect(touches(read, write({ after: row(1) }))).toBe(true);
  expect(touches(read, write({ table: "u", after: row(1) }))).toBe(false);
});

test("an unknown commit timestamp may lie anywhere, a known one where it is", () => {
  const bounds: Bound[] = [{ type: "Gt", fieldPath: "a", value: 100n }];
  const pending = write({ after: row(commitTs) });
  const left: RangeRead = { ...range, upTo: { row: row(100n) } };
  const page: RangeRead = { ...range, after: { row: row(100n) } };
  for (const read of [{ ...range, bounds }, left, page]) {
    expect(touches(read, pending)).toBe(true);
  }
  const known = (ts: bigint) => write({ after: resolveCommitTs(row(commitTs), ts) });
  expect(touches({ ...range, bounds }, known(99n))).toBe(false);
  expect(touches({ ...range, bounds }, known(101n))).toBe(true);
});

test("the overlap names the read and the write", () => {
  const other = write({ id: "y", after: row(9) });
  const hit = write({ after: row(1) });
  const read: Read = { kind: "point", component: "", id: "x" };
  expect(findOverlap([range, read], [hit], indexFields)).toEqual({ read: range, write: hit });
  expect(findOverlap([read], [other, hit], indexFields)).toEqual({ read, write: hit });
});
