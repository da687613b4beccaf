import { validateAddition, validateKey, validateTtl } from "../../shared/config.js";
import type { Addition } from "../../shared/validators.js";
import type { MutationCtx } from "../_generated/server.js";
import { add } from "./counters.js";
import { requestSweepSometimes } from "./log.js";

/** A read and a delete each, beside the events of the same sweep. */
export const MOST_EXPIRED = 512;

/** What makes an addition unrepeatable. */
export interface Once {
  key: string;
  ttlMs: number;
}

/** Whether an addition was made now, and the row that it went to. */
export interface OnceReturns {
  isFirst: boolean;
  shard: number | null;
}

/**
 * Adds unless the same key was added under the same name within its time to live. Reads and writes
 * one more document than `add`, and conflicts only with calls of the same key.
 */
export async function addOnce(
  ctx: MutationCtx,
  addition: Addition,
  { key, ttlMs }: Once,
): Promise<OnceReturns> {
  const { name } = addition;
  validateAddition(addition);
  validateKey(name, key);
  validateTtl(name, ttlMs);
  const row = await ctx.db
    .query("onceKeys")
    .withIndex("by_name_key", (q) => q.eq("name", name).eq("key", key))
    .unique();
  const now = Date.now();
  if (row && row.expiresAt > now) return { isFirst: false, shard: null };
  const expiresAt = now + ttlMs;
  if (row) await ctx.db.patch("onceKeys", row._id, { expiresAt });
  else await ctx.db.insert("onceKeys", { name, key, expiresAt });
  const shard = await add(ctx, addition);
  // Also for counters in rows, which have nothing else to sweep.
  await requestSweepSometimes(ctx);
  return { isFirst: true, shard };
}

/** Deletes keys that may be used again, and says how many. */
export async function deleteExpiredKeys(ctx: MutationCtx): Promise<number> {
  const expired = await ctx.db
    .query("onceKeys")
    .withIndex("by_expiresAt", (q) => q.lte("expiresAt", Date.now()))
    .take(MOST_EXPIRED);
  for (const { _id } of expired) await ctx.db.delete("onceKeys", _id);
  return expired.length;
}
