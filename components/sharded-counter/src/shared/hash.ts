/** A seed for each half: the halves must not know of each other. */
const SEEDS = [0x5bd1e995, 0x27d4eb2f] as const;

/** A hash of 64 bits, as a signed integer. Equal texts have equal hashes, on every machine. */
export function hash64(text: string): bigint {
  const bytes = new TextEncoder().encode(text);
  const [high, low] = SEEDS.map((seed) => BigInt(murmur3(bytes, seed)));
  return BigInt.asIntN(64, ((high ?? 0n) << 32n) | (low ?? 0n));
}

/** The 32-bit MurmurHash3 for x86. Source: A. Appleby, public domain. */
function murmur3(bytes: Uint8Array, seed: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tail = bytes.length & ~3;
  let hash = seed;
  for (let index = 0; index < tail; index += 4) {
    hash ^= scramble(view.getUint32(index, true));
    hash = Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64;
  }
  let rest = 0;
  for (let index = bytes.length - 1; index >= tail; index--)
    rest = (rest << 8) | view.getUint8(index);
  return avalanche(hash ^ scramble(rest) ^ bytes.length);
}

function scramble(block: number): number {
  const product = Math.imul(block, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}

function avalanche(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
