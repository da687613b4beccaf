import type { ValidatorJSON } from "convex/values";

/** A table as `schema.export()` describes it. */
export interface ExportedTable {
  tableName: string;
  documentType: ValidatorJSON;
  indexes: { indexDescriptor: string; fields: string[] }[];
  searchIndexes: { indexDescriptor: string; searchField: string; filterFields: string[] }[];
  vectorIndexes: { indexDescriptor: string; vectorField: string; filterFields: string[] }[];
}

/** What a real deployment refuses about the indexes of a table, in its words; null if nothing. */
export function findIndexError(table: ExportedTable): string | null {
  const names = new Set(["by_id", "by_creation_time"]);
  for (const { name, fields } of indexesOf(table)) {
    if (names.has(name)) return `Table "${table.tableName}" has two indexes called "${name}".`;
    names.add(name);
    const unknown = fields.find((field) => !mayHaveField(table.documentType, field.split(".")));
    if (unknown !== undefined) {
      return (
        `In table "${table.tableName}" the index "${name}" is invalid because it references ` +
        `the field "${unknown}" that does not exist.`
      );
    }
  }
  return null;
}

function indexesOf(table: ExportedTable): { name: string; fields: string[] }[] {
  return [
    ...table.indexes.map(({ indexDescriptor: name, fields }) => ({ name, fields })),
    ...table.searchIndexes.map((index) => ({
      name: index.indexDescriptor,
      fields: [index.searchField, ...index.filterFields],
    })),
    ...table.vectorIndexes.map((index) => ({
      name: index.indexDescriptor,
      fields: [index.vectorField, ...index.filterFields],
    })),
  ];
}

function mayHaveField(validator: ValidatorJSON, [name, ...rest]: string[]): boolean {
  if (name === undefined) return true;
  switch (validator.type) {
    case "any":
    case "record":
      return true;
    case "union":
      return validator.value.some((member) => mayHaveField(member, [name, ...rest]));
    case "object": {
      const field = validator.value[name];
      return field !== undefined && mayHaveField(field.fieldType, rest);
    }
    case "null":
    case "number":
    case "bigint":
    case "commitTs":
    case "boolean":
    case "string":
    case "bytes":
    case "literal":
    case "id":
    case "array":
      return false;
  }
}
