/** Stable codes, printed by the CLI before the message. */
export type PushErrorCode =
  | "BadRequest"
  | "RequestTooLarge"
  | "Forbidden"
  | "InvalidDefinition"
  | "InvalidModules"
  | "InvalidSchema"
  | "RaceDetected"
  | "InternalError";

/** Why a request was refused. All but InternalError are for the sender to repair. */
export class PushError extends Error {
  readonly code: PushErrorCode;
  readonly status: number;

  constructor(code: PushErrorCode, message: string, status = 400) {
    super(message);
    this.name = "PushError";
    this.code = code;
    this.status = status;
  }
}

/** One readable line for anything that can be thrown. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The message of a ConvexError is its data as JSON.
  const data = "data" in error ? error.data : undefined;
  return hasMessage(data) ? data.message : error.message;
}

function hasMessage(data: unknown): data is { message: string } {
  return (
    typeof data === "object" &&
    data !== null &&
    "message" in data &&
    typeof data.message === "string"
  );
}
