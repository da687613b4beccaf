import type { GenericSchema, SchemaDefinition } from "convex/server";
import { messageOf, PushError } from "./errors.ts";
import { importSources } from "./sources.ts";
import type { ModuleSource } from "./wire.ts";

/** A schema to run with, and the same schema as the CLI wants to read it. */
export interface LoadedSchema {
  schema: Schema;
  exported: unknown;
}

type Schema = SchemaDefinition<GenericSchema, boolean>;

export async function loadSchema(source: ModuleSource, owner: string): Promise<LoadedSchema> {
  const file = { path: "schema.js", source: source.source };
  const namespaces = await importSources([file], owner, "InvalidSchema");
  const schema = namespaces.get(file.path)?.default;
  if (!isSchema(schema)) {
    throw new PushError(
      "InvalidSchema",
      `schema.ts of ${owner} must export \`defineSchema({ ... })\` as default.`,
    );
  }
  try {
    return { schema, exported: JSON.parse(schema.export()) };
  } catch (error) {
    throw new PushError("InvalidSchema", `schema.ts of ${owner}: ${messageOf(error)}`);
  }
}

/** `export` is left out of the public type, but it is how every deployment reads a schema. */
function isSchema(value: unknown): value is Schema & { export: () => string } {
  return typeof value === "object" && value !== null && "tables" in value && "export" in value;
}
