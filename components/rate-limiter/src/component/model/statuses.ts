import { blockAt, FOREVER, type Block } from "../../shared/blocks.js";
import { invalidRateLimit, rateLimited } from "../../shared/errors.js";
import { statusOf, tooLarge } from "../../shared/status.js";
import { validateCount, validateDuration, validateInstant } from "../../shared/validation.js";
import type {
  BlockArgs,
  LimitAllArgs,
  LimitAllReturns,
  LimitItem,
  RateLimitArgs,
  RateLimitReturns,
  RateLimitStatus,
} from "../../shared/validators.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import {
  isTooLarge,
  prepare,
  rejectTooLarge,
  type Call,
  type CallArgs,
  type Plan,
  type View,
} from "./calls.js";
import { leaseStatus } from "./leases.js";
import { appendBlock } from "./log.js";
import { decideOn, isConcurrent, plan, planRefund, view, viewInMutation } from "./requests.js";
import { blockRows } from "./rows.js";

/** Decides a request, records it if granted, and tells all about the limit. */
export async function consumeStatus(
  ctx: MutationCtx,
  args: RateLimitArgs,
): Promise<RateLimitStatus> {
  const call = await prepare(ctx, args);
  if (args.throws) rejectTooLarge(call);
  const decision = isTooLarge(call) ? null : await plan(ctx, call);
  const status = await statusAfter(ctx, call, decision);
  await decision?.write();
  if (args.throws && !status.ok && status.retryAfter !== undefined)
    throw rateLimited(args.name, status.retryAfter);
  return status;
}

/** Tells all about a limit, and whether a request would be granted. */
export async function peek(ctx: QueryCtx, args: CallArgs): Promise<RateLimitStatus> {
  if (args.config.kind === "concurrency") return leaseStatus(ctx, args);
  const call = await prepare(ctx, args);
  return peekStatus(call, await view(ctx, call));
}

/** A look that a mutation takes, without conflicts where its limit has none. */
export async function peekInMutation(ctx: MutationCtx, args: CallArgs): Promise<RateLimitStatus> {
  if (args.config.kind === "concurrency") return leaseStatus(ctx, args);
  const call = await prepare(ctx, args);
  return peekStatus(call, await viewInMutation(ctx, call));
}

/** Takes tokens whether they are there or not. */
export async function charge(ctx: MutationCtx, args: CallArgs): Promise<RateLimitStatus> {
  const call = forced(await prepare(ctx, args));
  return recorded(ctx, call, await plan(ctx, call));
}

/** Gives tokens back, at most as many as were used. */
export async function refund(ctx: MutationCtx, args: CallArgs): Promise<RateLimitStatus> {
  const call = await prepare(ctx, args);
  return recorded(ctx, call, await planRefund(ctx, call));
}

/** Grants all of several requests, or none. Requests of the same limit and key are one request. */
export async function limitAll(ctx: MutationCtx, args: LimitAllArgs): Promise<LimitAllReturns> {
  const decided: { item: LimitItem; call: Call; decision: Plan | null }[] = [];
  for (const item of mergeItems(args.items)) {
    const call = await prepare(ctx, { ...item, autoSweep: args.autoSweep });
    if (args.throws) rejectTooLarge(call);
    decided.push({ item, call, decision: isTooLarge(call) ? null : await plan(ctx, call) });
  }
  const ok = decided.every(({ decision }) => decision?.status.ok);
  const statuses = new Map<string, RateLimitStatus>();
  for (const { item, call, decision } of decided)
    statuses.set(idOf(item), await statusAfter(ctx, call, ok ? decision : unrecorded(decision)));
  // Only now: what has been written would hide from the snapshot that statuses are read from. A
  // refusal takes nothing, but mends rows that a clock which stepped back left in the future.
  for (const { decision } of decided) if (ok || !decision?.status.ok) await decision?.write();
  const results = args.items.flatMap((item) => statuses.get(idOf(item)) ?? []);
  return refusalOf(args, { ok, results });
}

/** Who refused, and when all of them would grant. */
function refusalOf({ throws }: LimitAllArgs, { ok, results }: LimitAllReturns): LimitAllReturns {
  const refused = results.filter((result) => !result.ok);
  const [first] = refused;
  if (!first) return { ok, results };
  const retryAfter = Math.max(...refused.map((status) => status.retryAfter ?? Infinity));
  if (throws) throw rateLimited(first.name, retryAfter);
  const limitedBy = [...new Set(refused.map(({ name }) => name))];
  return { ok, results, limitedBy, ...(retryAfter < Infinity && { retryAfter }) };
}

/** Refuses everything until the block expires. */
export async function block(ctx: MutationCtx, args: BlockArgs): Promise<RateLimitStatus> {
  const call = await prepare(ctx, args);
  const { name, durationMs, expiresAt, reason } = args;
  if (durationMs !== undefined && expiresAt !== undefined)
    throw invalidRateLimit(
      name,
      "expiresAt",
      `Rate limit "${name}" got durationMs and expiresAt: a block has one end.`,
    );
  if (durationMs !== undefined) validateDuration(name, "durationMs", durationMs);
  if (expiresAt !== undefined) validateInstant(name, "expiresAt", expiresAt);
  const end = durationMs === undefined ? expiresAt : call.request.now + durationMs;
  return blockUntil(ctx, call, { expiresAt: end ?? FOREVER, reason });
}

/** Lifts a block. What was used stays used. */
export async function unblock(ctx: MutationCtx, args: CallArgs): Promise<RateLimitStatus> {
  return blockUntil(ctx, await prepare(ctx, args), { expiresAt: 0 });
}

async function blockUntil(ctx: MutationCtx, call: Call, block: Block): Promise<RateLimitStatus> {
  const append = async () => {
    const { pool } = await viewInMutation(ctx, call);
    await appendBlock(ctx, call, block);
    return pool;
  };
  const pool = await (isConcurrent(call.config) ? append() : blockRows(ctx, call, block));
  return peekStatus(call, { pool, block: blockAt([{ block }], call.request.now) });
}

/** Records a plan, and tells what the limit then looks like. */
async function recorded(ctx: MutationCtx, call: Call, decision: Plan): Promise<RateLimitStatus> {
  const status = await statusAfter(ctx, call, decision);
  await decision.write();
  return status;
}

/** What the limit looks like once a plan is recorded; null for a request that is too large for one. */
async function statusAfter(
  ctx: MutationCtx,
  call: Call,
  decision: Pick<Plan, "status" | "block" | "after"> | null,
): Promise<RateLimitStatus> {
  if (!decision) return tooLarge(viewStatus(call, await viewInMutation(ctx, call)));
  const { status, block, after } = decision;
  return answerStatus(call, { pool: await after(), block }, status);
}

/** A decision that others keep from being recorded. */
function unrecorded(decision: Plan | null): Pick<Plan, "status" | "block" | "after"> | null {
  return decision && { ...decision, after: decision.before };
}

function peekStatus(call: Call, seen: View): RateLimitStatus {
  const status = viewStatus(call, seen);
  return isTooLarge(call) ? tooLarge(status) : status;
}

function viewStatus(call: Call, seen: View): RateLimitStatus {
  return answerStatus(call, seen, decideOn(call, seen));
}

function answerStatus(
  { subject, config, request }: Call,
  { pool, block }: View,
  answer: RateLimitReturns,
): RateLimitStatus {
  return statusOf(subject, { pool, config }, { now: request.now, block, answer });
}

function forced(call: Call): Call {
  return { ...call, request: { ...call.request, allowance: Infinity, isForced: true } };
}

/** What is asked of the same limit and key together, in the order it was first asked. */
function mergeItems(items: readonly LimitItem[]): LimitItem[] {
  const merged = new Map<string, LimitItem>();
  for (const item of items) {
    // A sum would hide what is wrong with its parts.
    validateCount(item.name, item.count ?? 1);
    const before = merged.get(idOf(item));
    if (before && JSON.stringify(before.config) !== JSON.stringify(item.config))
      throw invalidRateLimit(
        item.name,
        "config",
        `Rate limit "${item.name}" was asked for twice with different configs.`,
      );
    const count = (before?.count ?? (before ? 1 : 0)) + (item.count ?? 1);
    merged.set(idOf(item), { ...item, count });
  }
  return [...merged.values()];
}

function idOf({ name, key }: LimitItem): string {
  return JSON.stringify([name, key]);
}
