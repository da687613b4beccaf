import type { ValidatorJSON } from "convex/values";

/**
 * The backend keeps object validators in sorted maps, and generated code lists fields in the order
 * it gets them. Sorting here makes our `_generated` files identical to a real deployment's.
 */
export function sortValidator(validator: ValidatorJSON): ValidatorJSON {
  switch (validator.type) {
    case "object":
      return {
        type: "object",
        value: Object.fromEntries(
          Object.entries(validator.value)
            .sort(([left], [right]) => compareNames(left, right))
            .map(([name, field]) => [
              name,
              { fieldType: sortValidator(field.fieldType), optional: field.optional },
            ]),
        ),
      };
    case "array":
      return { ...validator, value: sortValidator(validator.value) };
    case "union":
      return { ...validator, value: validator.value.map(sortValidator) };
    case "record":
      return {
        ...validator,
        values: { ...validator.values, fieldType: sortValidator(validator.values.fieldType) },
      };
    case "null":
    case "number":
    case "bigint":
    case "commitTs":
    case "boolean":
    case "string":
    case "bytes":
    case "any":
    case "literal":
    case "id":
      return validator;
  }
}

/** Code unit order, which is what a map sorted by the backend gives for identifiers. */
export function compareNames(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
