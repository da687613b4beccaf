import { blockAt, type Block } from "../../shared/blocks.js";
import {
  decide,
  FIRST_SHARD,
  giveBackTo,
  hasFutureRows,
  poolAt,
  type Pool,
} from "../../shared/pool.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { inTheWay, type Call, type Plan, type View } from "./calls.js";
import { listShards, putPool } from "./shards.js";

/** Decides on all rows at once. Conflicts with every other change of this limit. */
export async function planOnAll(ctx: MutationCtx, call: Call): Promise<Plan> {
  const { subject, config, request } = call;
  const rows = await listShards(ctx, subject);
  const before = poolAt(rows, config, request.now);
  const block = blockAt(rows, request.now);
  const { status, next } = decide(before, config, {
    request,
    choice: FIRST_SHARD,
    block: inTheWay(block, request),
  });
  // A refusal writes nothing, unless a clock that stepped back left rows in the future.
  const stored =
    next ?? (hasFutureRows(rows, request.now) ? before.map((usage) => ({ ...usage })) : null);
  return {
    status,
    block,
    before: () => Promise.resolve(before),
    after: () => Promise.resolve(next ?? before),
    write: async () => {
      if (stored) await putPool(ctx, call, { rows, before, after: stored });
    },
  };
}

/** Gives tokens back to as few rows as possible. */
export async function planRefundOnAll(ctx: MutationCtx, call: Call): Promise<Plan> {
  const { subject, config, request } = call;
  const rows = await listShards(ctx, subject);
  const before = poolAt(rows, config, request.now);
  const after = giveBackTo(before, config, request.count);
  return {
    status: { ok: true },
    block: blockAt(rows, request.now),
    before: () => Promise.resolve(before),
    after: () => Promise.resolve(after),
    write: () => putPool(ctx, call, { rows, before, after }),
  };
}

/** What a request would be decided on. Costs 1 query and a document per shard. */
export async function viewRows(
  ctx: QueryCtx,
  { subject, config, request }: Pick<Call, "subject" | "config" | "request">,
): Promise<View> {
  const rows = await listShards(ctx, subject);
  return { pool: poolAt(rows, config, request.now), block: blockAt(rows, request.now) };
}

/** Blocks every shard, those that do not exist yet included: a request may see any of them alone. */
export async function blockRows(ctx: MutationCtx, call: Call, block: Block): Promise<Pool> {
  const { subject, config, request } = call;
  const rows = await listShards(ctx, subject);
  const pool = poolAt(rows, config, request.now);
  if (rows.length > 0 || block.expiresAt > request.now)
    await putPool(ctx, call, { rows, before: [], after: pool, block });
  return pool;
}
