import { defineSchema, defineTable, type GenericSchema } from "convex/server";
import { v } from "convex/values";
import { describe, expect, test } from "vitest";
import { findIndexError } from "./tables.ts";

describe("findIndexError", () => {
  test("indexes on fields, nested fields and fields of some documents are fine", () => {
    const card = v.object({ kind: v.literal("card"), last4: v.string() });
    const cash = v.object({ kind: v.literal("cash") });
    const table = defineTable(v.union(card, cash)).index("by_last4", ["kind", "last4"]);
    expect(errorOf({ payments: table })).toBeNull();
    const nested = defineTable({ owner: v.object({ id: v.string() }), extra: v.any() })
      .index("by_owner", ["owner.id", "extra.anything"])
      .searchIndex("search", { searchField: "owner.id", filterFields: ["extra"] });
    expect(errorOf({ nested })).toBeNull();
  });

  test("an index on an unknown field is named with its table", () => {
    const schema = JSON.parse(exportOf({ users: defineTable({ name: v.string() }) }));
    schema.tables[0].indexes.push({ indexDescriptor: "by_age", fields: ["age"] });
    expect(findIndexError(schema.tables[0])).toBe(
      'In table "users" the index "by_age" is invalid because it references the field "age" that does not exist.',
    );
  });

  test("two indexes of one name are refused, also when one is built in", () => {
    const users = defineTable({ name: v.string() });
    expect(errorOf({ users: users.index("by_name", ["name"]).index("by_name", ["name"]) })).toBe(
      'Table "users" has two indexes called "by_name".',
    );
    const builtIn = defineTable({ name: v.string() }).index("by_creation_time", ["name"]);
    expect(errorOf({ users: builtIn })).toContain('two indexes called "by_creation_time"');
  });
});

function errorOf(tables: GenericSchema): string | null {
  return findIndexError(JSON.parse(exportOf(tables)).tables[0]);
}

/** `export` is what deployments call; the public type leaves it out. */
function exportOf(tables: GenericSchema): string {
  const schema: unknown = defineSchema(tables);
  return (schema as { export: () => string }).export();
}
