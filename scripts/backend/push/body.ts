import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import { PushError } from "./errors.ts";

/** An app with many components is 1-3 MB with its source maps; this leaves room for large ones. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Reads a request body as JSON, unpacked if it came packed. */
export async function readJson(
  request: IncomingMessage,
  maxBytes = MAX_BODY_BYTES,
): Promise<unknown> {
  const body = await readBytes(request, maxBytes);
  const text = await unpack(body, request.headers["content-encoding"], maxBytes);
  try {
    return JSON.parse(text.toString());
  } catch {
    throw new PushError("BadRequest", "The request body is not valid JSON.");
  }
}

async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let lengthBytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    lengthBytes += chunk.length;
    if (lengthBytes > maxBytes) {
      // The rest is taken and dropped, so that the sender gets to read the answer.
      request.resume();
      throw tooLarge(maxBytes);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const decompress = promisify(brotliDecompress);

async function unpack(
  body: Buffer,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Buffer> {
  if (encoding !== "br") return body;
  try {
    // The limit holds for the unpacked size too: a few KB of brotli can unfold to gigabytes.
    return await decompress(body, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(maxBytes);
    throw new PushError("BadRequest", "The request body is not valid brotli.");
  }
}

function tooLarge(maxBytes: number): PushError {
  return new PushError("RequestTooLarge", `The request body is over ${maxBytes} bytes.`, 413);
}
