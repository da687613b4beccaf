import type { GenericSchema, SchemaDefinition } from "convex/server";
import { messageOf, PushError } from "./errors.ts";
import { importSources } from "./sources.ts";
import { findIndexError, type ExportedTable } from "./tables.ts";
import type { ModuleSource } from "./wire.ts";

/** A schema to run with, and the same schema as the CLI wants to read it. */
export interface LoadedSchema {
  schema: Schema;
  exported: unknown;
}

type Schema = SchemaDefinition<GenericSchema, boolean>;

export async function loadSchema(source: ModuleSource, owner: string): Promise<LoadedSchema> {
  const file = { ...source, path: "schema.js" };
  const namespaces = await importSources([file], { owner, code: "InvalidSchema" });
  const schema = namespaces.get(file.path)?.default;
  if (!isSchema(schema)) {
    throw new PushError(
      "InvalidSchema",
      `schema.ts of ${owner} must export \`defineSchema({ ... })\` as default.`,
    );
  }
  return { schema, exported: exportSchema(schema, owner) };
}

function exportSchema(schema: ExportableSchema, owner: string): { tables: ExportedTable[] } {
  let exported: { tables: ExportedTable[] };
  try {
    exported = JSON.parse(schema.export());
  } catch (error) {
    throw new PushError("InvalidSchema", `schema.ts of ${owner}: ${messageOf(error)}`);
  }
  for (const table of exported.tables) {
    const problem = findIndexError(table);
    if (problem !== null) throw new PushError("InvalidSchema", `schema.ts of ${owner}: ${problem}`);
  }
  return exported;
}

/** `export` is left out of the public type, but it is how every deployment reads a schema. */
type ExportableSchema = Schema & { export: () => string };

function isSchema(value: unknown): value is ExportableSchema {
  return typeof value === "object" && value !== null && "tables" in value && "export" in value;
}
