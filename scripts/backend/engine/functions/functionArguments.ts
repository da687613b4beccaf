import { jsonToConvex, type JSONValue, type Value } from "convex/values";

/** The arguments of a call, decoded. Throws one line that names what is wrong with them. */
export function decodeArguments(json: JSONValue): Record<string, Value> {
  const args = decode(json);
  if (!isObject(args)) {
    throw new Error(`Validator error: Expected \`object\`, got \`${JSON.stringify(json)}\``);
  }
  return args;
}

function decode(json: JSONValue): Value {
  try {
    assertWellFormed(json);
    return jsonToConvex(json);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The arguments are not a valid encoding of Convex values: ${reason}`, {
      cause: error,
    });
  }
}

/** JSON can spell half a surrogate pair, which is no Unicode: the backend takes no such text. */
function assertWellFormed(json: JSONValue): void {
  if (typeof json === "string" && /\p{Surrogate}/u.test(json)) {
    throw new Error(`${JSON.stringify(json.slice(0, 50))} has a lone surrogate`);
  }
  if (typeof json === "object" && json !== null) Object.values(json).forEach(assertWellFormed);
}

function isObject(value: Value): value is Record<string, Value> {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof ArrayBuffer)
  );
}
