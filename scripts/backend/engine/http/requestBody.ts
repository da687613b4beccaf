import type { IncomingMessage } from "node:http";

/** As the real backend limits requests to HTTP actions; arguments of functions stay below it. */
export const MAX_BODY_BYTES = 20 * 1024 * 1024;

/** A request that is answered with a status and one line, instead of a result. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Reads the whole body, unless it is too large: then Node drops the rest after the answer. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).byteLength;
    if (bytes > MAX_BODY_BYTES) {
      throw new HttpError(
        413,
        "RequestTooLarge",
        `The request body has more than ${MAX_BODY_BYTES} bytes`,
      );
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
