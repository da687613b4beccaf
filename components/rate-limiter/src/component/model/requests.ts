import type { ResolvedConfig } from "../../shared/kinds.js";
import { rateLimited } from "../../shared/errors.js";
import { decide, FIRST_SHARD } from "../../shared/pool.js";
import type { RateLimitArgs, RateLimitReturns } from "../../shared/validators.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { prepare, rejectTooLarge, type Call, type Plan, type View } from "./calls.js";
import { planOnLog, planRefundOnLog, viewLog, viewSnapshot } from "./log.js";
import { planOnAll, planRefundOnAll, viewRows } from "./rows.js";
import { getAnyShard, planOnOne, planRefundOnOne } from "./sharding.js";

/** Decides a request and records it if granted. */
export async function consume(ctx: MutationCtx, args: RateLimitArgs): Promise<RateLimitReturns> {
  const call = await prepare(ctx, args);
  rejectTooLarge(call);
  const { status, write } = await plan(ctx, call);
  await write();
  return answer(args, status);
}

/** Decides a request as `consume` would, and records nothing. */
export async function check(ctx: QueryCtx, args: RateLimitArgs): Promise<RateLimitReturns> {
  const call = await prepare(ctx, args);
  rejectTooLarge(call);
  if (isSharded(call.config) && (await getAnyShard(ctx, call)).fits) return { ok: true };
  return answer(args, decideOn(call, await view(ctx, call)));
}

/** A check that a mutation makes, without conflicts where its limit has none. */
export async function checkInMutation(
  ctx: MutationCtx,
  args: RateLimitArgs,
): Promise<RateLimitReturns> {
  const call = await prepare(ctx, args);
  if (!isConcurrent(call.config)) return check(ctx, args);
  rejectTooLarge(call);
  return answer(args, decideOn(call, await viewSnapshot(ctx, call)));
}

/** How a request would be decided on what there is. */
export function decideOn(
  { config, request }: Pick<Call, "config" | "request">,
  { pool, block }: View,
): RateLimitReturns {
  return decide(pool, config, { request, choice: FIRST_SHARD, block }).status;
}

/** Decides a request, to be recorded later in this transaction. */
export async function plan(ctx: MutationCtx, call: Call): Promise<Plan> {
  if (isConcurrent(call.config)) return planOnLog(ctx, call);
  const onOne = isSharded(call.config) ? await planOnOne(ctx, call) : null;
  return onOne ?? planOnAll(ctx, call);
}

/** Gives tokens back, to be recorded later in this transaction. */
export async function planRefund(ctx: MutationCtx, call: Call): Promise<Plan> {
  if (isConcurrent(call.config)) return planRefundOnLog(ctx, call);
  const onOne = isSharded(call.config) ? await planRefundOnOne(ctx, call) : null;
  return onOne ?? planRefundOnAll(ctx, call);
}

/** What a request would be decided on, for queries. */
export function view(
  ctx: QueryCtx,
  call: Pick<Call, "subject" | "config" | "request">,
): Promise<View> {
  return isConcurrent(call.config) ? viewLog(ctx, call) : viewRows(ctx, call);
}

/** What a request would be decided on, without conflicts where the limit has none. */
export function viewInMutation(ctx: MutationCtx, call: Call): Promise<View> {
  return isConcurrent(call.config) ? viewSnapshot(ctx, call) : viewRows(ctx, call);
}

export function isConcurrent(config: ResolvedConfig): boolean {
  return "applyUpdates" in config && config.applyUpdates === "asynchronously";
}

function isSharded({ shards }: ResolvedConfig): boolean {
  return shards > 1;
}

function answer(
  { name, throws }: Pick<RateLimitArgs, "name" | "throws">,
  status: RateLimitReturns,
): RateLimitReturns {
  if (throws && !status.ok) throw rateLimited(name, status.retryAfter);
  return status;
}
