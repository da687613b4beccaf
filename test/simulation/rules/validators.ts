import type { ObjectFieldType, RecordKeyValidatorJSON, ValidatorJSON, Value } from "convex/values";
import { compareValues, jsonToConvex } from "convex/values";
import { isPending } from "../../../scripts/backend/engine/recorder/commitTs.ts";

/** Whether the backend would accept the value, records included; convex-test accepts any record. */
export function conforms(validator: ValidatorJSON, value: Value | undefined): boolean {
  switch (validator.type) {
    case "any":
      return value !== undefined;
    case "null":
      return value === null;
    case "number":
    case "boolean":
    case "string":
      return typeof value === validator.type;
    case "bigint":
    case "commitTs":
      return typeof value === "bigint" || isPending(value);
    case "bytes":
      return value instanceof ArrayBuffer;
    case "literal":
      return value !== undefined && compareValues(jsonToConvex(validator.value), value) === 0;
    case "id":
      return typeof value === "string" && value.endsWith(validator.tableName);
    case "array":
      return Array.isArray(value) && value.every((item) => conforms(validator.value, item));
    case "union":
      return validator.value.some((member) => conforms(member, value));
    case "object":
      return isObject(value) && hasFields(validator.value, value);
    case "record":
      return isObject(value) && hasEntries(validator, value);
  }
}

function isObject(value: Value | undefined): value is Record<string, Value> {
  if (value === null || typeof value !== "object" || isPending(value)) return false;
  return !Array.isArray(value) && !(value instanceof ArrayBuffer);
}

function hasFields(fields: Record<string, ObjectFieldType>, value: Record<string, Value>): boolean {
  return (
    Object.keys(value).every((name) => name in fields) &&
    Object.entries(fields).every(([name, { fieldType, optional }]) =>
      value[name] === undefined ? optional : conforms(fieldType, value[name]),
    )
  );
}

function hasEntries(
  { keys, values }: { keys: RecordKeyValidatorJSON; values: ObjectFieldType },
  value: Record<string, Value>,
): boolean {
  return Object.entries(value).every(
    ([key, item]) => conforms(keys, key) && conforms(values.fieldType, item),
  );
}

/** Whether there is a record in it, which is what convex-test leaves unchecked. */
export function hasRecord(validator: ValidatorJSON): boolean {
  switch (validator.type) {
    case "record":
      return true;
    case "array":
      return hasRecord(validator.value);
    case "union":
      return validator.value.some(hasRecord);
    case "object":
      return Object.values(validator.value).some(({ fieldType }) => hasRecord(fieldType));
    case "any":
    case "null":
    case "number":
    case "bigint":
    case "commitTs":
    case "boolean":
    case "string":
    case "bytes":
    case "literal":
    case "id":
      return false;
  }
}
