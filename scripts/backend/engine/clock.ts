/**
 * Commit timestamps: nanoseconds since 1970, always growing, as the sync protocol orders results.
 */
export class CommitClock {
  #now = fromWallClock();

  /** The timestamp of the newest commit. */
  get now(): bigint {
    return this.#now;
  }

  advance(): bigint {
    const wall = fromWallClock();
    this.#now = wall > this.#now ? wall : this.#now + 1n;
    return this.#now;
  }
}

function fromWallClock(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}

/** A timestamp as the protocol carries it: 64 bits, little endian, base64. */
export function encodeTs(ts: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(ts);
  return bytes.toString("base64");
}
