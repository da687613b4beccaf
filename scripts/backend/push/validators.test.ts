import { v, type GenericValidator, type ValidatorJSON } from "convex/values";
import { describe, expect, test } from "vitest";
import { sortValidator } from "./validators.ts";

const sorted = (validator: GenericValidator) => JSON.stringify(sortValidator(jsonOf(validator)));

describe("sortValidator", () => {
  test("fields of objects come back in order, wherever the objects are", () => {
    const inner = v.object({ z: v.number(), a: v.optional(v.string()) });
    const innerSorted = v.object({ a: v.optional(v.string()), z: v.number() });
    const wrap = (object: typeof inner | typeof innerSorted) =>
      v.array(v.union(v.null(), v.record(v.string(), v.array(object))));
    expect(sorted(wrap(inner))).toBe(JSON.stringify(jsonOf(wrap(innerSorted))));
  });

  test("upper case comes before lower case, as in the backend's maps", () => {
    const validator = v.object({ b: v.null(), B: v.null(), _c: v.null() });
    expect(Object.keys(JSON.parse(sorted(validator)).value)).toEqual(["B", "_c", "b"]);
  });

  test("members of a union keep their order", () => {
    const validator = v.union(v.literal("z"), v.literal("a"));
    expect(sorted(validator)).toBe(JSON.stringify(jsonOf(validator)));
  });
});

/** What `exportArgs` writes; the public type of validators leaves it out. */
function jsonOf(validator: GenericValidator): ValidatorJSON {
  return (validator as unknown as { json: ValidatorJSON }).json;
}
