import { v, type Infer } from "convex/values";

export const vBlock = v.object({
  /** Milliseconds of UTC. */
  expiresAt: v.number(),
  /** What `block` was told. */
  reason: v.optional(v.string()),
});

/** Nothing is granted until it expires. */
export type Block = Infer<typeof vBlock>;

/** The last instant there is: a block without an end. */
export const FOREVER = 8.64e15;

/** The block that is in force at `now`, the longest if there are several. */
export function blockAt(rows: readonly { block?: Block }[], now: number): Block | undefined {
  return rows
    .flatMap(({ block }) => (block && block.expiresAt > now ? [block] : []))
    .sort((one, other) => other.expiresAt - one.expiresAt)[0];
}
