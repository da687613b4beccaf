import type { LoadedApp } from "../../app.ts";
import type { IndexFields } from "./overlap.ts";

/** Looks up the fields of an index in the schemas of the app and its components. */
export function indexFieldsOf(app: Pick<LoadedApp, "root" | "components">): IndexFields {
  const known = new Map<string, readonly string[]>();
  for (const { path, schema } of [app.root, ...app.components]) {
    for (const [table, definition] of Object.entries(schema?.tables ?? {})) {
      for (const { indexDescriptor, fields } of definition[" indexes"]()) {
        known.set(keyOf(path, table, indexDescriptor), [...fields, "_creationTime", "_id"]);
      }
    }
  }
  return (component, table, index) => {
    if (index === "by_id") return ["_id"];
    return known.get(keyOf(component, table, index)) ?? ["_creationTime", "_id"];
  };
}

function keyOf(component: string, table: string, index: string): string {
  return `${component} ${table} ${index}`;
}
