import { getConvexSize, getDocumentSize, type Value } from "convex/values";
import { isPending } from "../../../scripts/backend/engine/recorder/commitTs.ts";
import type { Document } from "../../../scripts/backend/engine/recorder/recording.ts";

/** The backend's limits on values; `common/src/document.rs` and `value/src` have them. */
export const LIMITS = {
  documentBytes: 1 << 20,
  documentDepth: 16,
  /** Arguments and results of functions. */
  messageBytes: 16 << 20,
  valueDepth: 64,
  arrayLength: 8192,
  objectFields: 1024,
  fieldNameLength: 1024,
} as const;

/** Printable ASCII, and no `$` in front. */
const FIELD_NAME = /^(?!\$)[\x20-\x7e]+$/;

/** Throws where the backend would refuse to store the document. */
export function checkDocument(document: Document): void {
  const { _id, _creationTime, ...fields } = document;
  const reserved = Object.keys(fields).find((name) => name.startsWith("_"));
  if (reserved !== undefined) {
    throw new Error(`Field "${reserved}" is reserved: names with a leading "_" are the system's.`);
  }
  checkValue(fields, LIMITS.documentDepth);
  const bytes = getDocumentSize(document);
  if (bytes > LIMITS.documentBytes) {
    throw new Error(`Document is too large: ${bytes} bytes, at most ${LIMITS.documentBytes}.`);
  }
}

/** Throws where the backend would refuse the arguments or the result of a function. */
export function checkMessage(value: Value): void {
  checkValue(value, LIMITS.valueDepth);
  const bytes = getConvexSize(value);
  if (bytes > LIMITS.messageBytes) {
    throw new Error(`Value is too large: ${bytes} bytes, at most ${LIMITS.messageBytes}.`);
  }
}

function checkValue(value: Value | undefined, depthLeft: number): void {
  if (typeof value === "string") return checkString(value);
  if (value === null || typeof value !== "object") return;
  if (value instanceof ArrayBuffer || isPending(value)) return;
  if (depthLeft === 0) throw new Error("Value is nested too deeply.");
  if (Array.isArray(value)) {
    if (value.length > LIMITS.arrayLength) {
      throw new Error(`Array is too long: ${value.length}, at most ${LIMITS.arrayLength}.`);
    }
    return value.forEach((item) => checkValue(item, depthLeft - 1));
  }
  const fields = Object.entries(value);
  if (fields.length > LIMITS.objectFields) {
    throw new Error(
      `Object has too many fields: ${fields.length}, at most ${LIMITS.objectFields}.`,
    );
  }
  for (const [name, field] of fields) {
    checkFieldName(name);
    checkValue(field, depthLeft - 1);
  }
}

function checkString(text: string): void {
  if (/\p{Surrogate}/u.test(text)) {
    throw new Error("String has a lone surrogate, which UTF-8 cannot hold.");
  }
}

function checkFieldName(name: string): void {
  if (name.length > LIMITS.fieldNameLength || !FIELD_NAME.test(name)) {
    const shown = JSON.stringify(name.slice(0, 40));
    throw new Error(
      `Field name ${shown} is not allowed: 1 to ${LIMITS.fieldNameLength} printable ASCII ` +
        'characters without a leading "$".',
    );
  }
}
