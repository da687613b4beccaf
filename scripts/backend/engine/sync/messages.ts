import { encodeTs } from "../clock.ts";
import type { Outcome } from "../functions/functionRunner.ts";
import type { FunctionMessage } from "./syncProtocol.ts";

/** What a client has seen: of its queries, of its identity, and of the data. */
export interface Version {
  querySet: number;
  identity: number;
  ts: bigint;
}

/** The part that answers to mutations and actions have in common. */
export function responseOf({ requestId }: FunctionMessage, outcome: Outcome) {
  const { logLines } = outcome;
  if (outcome.ok) return { requestId, success: true, result: outcome.value, logLines };
  const { errorMessage: result, errorData } = outcome;
  return {
    requestId,
    success: false,
    result,
    ...(errorData !== undefined && { errorData }),
    logLines,
  };
}

/** A version as transitions carry it. */
export function encodeVersion({ ts, ...version }: Version) {
  return { ...version, ts: encodeTs(ts) };
}

/** As much of a line as a close frame takes: of its 125 bytes 2 are the code. */
export function closeReason(reason: string): string {
  return Buffer.from(reason)
    .subarray(0, 123)
    .toString()
    .replace(/\uFFFD$/, "");
}
