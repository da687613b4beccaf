import { validateName } from "../../shared/config.js";
import { hash64 } from "../../shared/hash.js";
import { estimateItems, sketchOf, union, withHash } from "../../shared/hyperLogLog.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";

/** Items that are counted exactly: beyond, their hashes would be larger than a sketch. */
const MOST_HASHES = 256;

type Items = Pick<Doc<"uniques">, "hashes" | "registers">;

const NO_ITEMS: Items = { hashes: [] };

/** Adds an item, and says whether it was new. Writes nothing if it was not. */
export async function addUnique(ctx: MutationCtx, name: string, item: string): Promise<boolean> {
  validateName(name);
  const row = await getUniques(ctx, name);
  const items = withItem(row ?? NO_ITEMS, hash64(item));
  if (items === null) return false;
  await putUniques(ctx, { name, row }, items);
  return true;
}

/** How many different items were added. */
export async function countUniques(ctx: QueryCtx, name: string): Promise<number> {
  validateName(name);
  const { hashes, registers } = (await getUniques(ctx, name)) ?? NO_ITEMS;
  return registers ? estimateItems(new Uint8Array(registers)) : hashes.length;
}

/** Adds all items of `from`, which keeps them. */
export async function mergeUniques(ctx: MutationCtx, into: string, from: string): Promise<void> {
  validateName(into);
  validateName(from);
  const row = await getUniques(ctx, into);
  const source = await getUniques(ctx, from);
  if (source) await putUniques(ctx, { name: into, row }, merged(row ?? NO_ITEMS, source));
}

export async function resetUniques(ctx: MutationCtx, name: string): Promise<void> {
  validateName(name);
  const row = await getUniques(ctx, name);
  if (row) await ctx.db.delete("uniques", row._id);
}

function getUniques(ctx: QueryCtx, name: string): Promise<Doc<"uniques"> | null> {
  return ctx.db
    .query("uniques")
    .withIndex("by_name", (q) => q.eq("name", name))
    .unique();
}

async function putUniques(
  ctx: MutationCtx,
  { name, row }: { name: string; row: Doc<"uniques"> | null },
  { hashes, registers }: Items,
): Promise<void> {
  if (row) await ctx.db.patch("uniques", row._id, { hashes, registers });
  else await ctx.db.insert("uniques", { name, hashes, registers });
}

/** With one more item; null if it is known. */
function withItem({ hashes, registers }: Items, hash: bigint): Items | null {
  if (!registers) return hashes.includes(hash) ? null : compact([...hashes, hash]);
  const next = withHash(new Uint8Array(registers), hash);
  return next && { hashes: [], registers: bufferOf(next) };
}

function merged(a: Items, b: Items): Items {
  if (!a.registers && !b.registers) return compact([...new Set([...a.hashes, ...b.hashes])]);
  return { hashes: [], registers: bufferOf(union(registersOf(a), registersOf(b))) };
}

function registersOf({ hashes, registers }: Items): Uint8Array {
  return registers ? new Uint8Array(registers) : sketchOf(hashes);
}

function compact(hashes: bigint[]): Items {
  return hashes.length <= MOST_HASHES
    ? { hashes }
    : { hashes: [], registers: bufferOf(sketchOf(hashes)) };
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer {
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}
