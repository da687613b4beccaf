import { validateCount, validateDuration } from "../../shared/validation.js";
import type { RateLimitStatus, ReserveArgs, ReserveReturns } from "../../shared/validators.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx } from "../_generated/server.js";
import { sweepSometimes } from "./housekeeping.js";
import { prepare, rejectTooLarge } from "./calls.js";
import { plan } from "./requests.js";
import { charge, refund } from "./statuses.js";
import type { Subject } from "./shards.js";

const DEFAULT_TTL_MS = 10 * 60_000;

/** Far more jobs than one key has in progress; what a reset leaves expires. */
const MOST_RESERVATIONS = 1000;

interface SettleArgs {
  reservationId: string;
  count: number;
  autoSweep?: boolean;
}

/** Takes tokens ahead of work whose cost is not known yet. */
export async function reserve(ctx: MutationCtx, args: ReserveArgs): Promise<ReserveReturns> {
  const { name, key, ttlMs = DEFAULT_TTL_MS, maxWaitMs = Infinity } = args;
  validateDuration(name, "ttlMs", ttlMs);
  if (args.maxWaitMs !== undefined && args.maxWaitMs !== 0)
    validateDuration(name, "maxWaitMs", args.maxWaitMs);
  const call = await prepare(ctx, { ...args, reserve: true });
  rejectTooLarge(call);
  const { count, now } = call.request;
  const { status, write } = await plan(ctx, call);
  const waitMs = status.retryAfter ?? 0;
  if (status.ok && waitMs > maxWaitMs)
    return { ok: false, retryAfter: Math.ceil(waitMs - maxWaitMs) };
  await write();
  if (!status.ok) return { ok: false, retryAfter: status.retryAfter };
  const expiresAt = now + waitMs + ttlMs;
  const reservation = { name, key, count, config: args.config, expiresAt };
  const reservationId = await ctx.db.insert("reservations", reservation);
  await sweepSometimes(ctx, args);
  return { ok: true, runAt: now + waitMs, reservationId };
}

/** Corrects a reservation to what the work did cost; null if it has expired or was settled. */
export async function settle(
  ctx: MutationCtx,
  { reservationId, count, autoSweep }: SettleArgs,
): Promise<RateLimitStatus | null> {
  const id = ctx.db.normalizeId("reservations", reservationId);
  const reservation = id && (await ctx.db.get("reservations", id));
  if (!reservation) return null;
  validateCount(reservation.name, count);
  const isOpen = reservation.expiresAt > Date.now();
  const status = isOpen ? await correct(ctx, reservation, { count, autoSweep }) : null;
  // Only now: of a transaction that has written, a decision reads every shard.
  await ctx.db.delete("reservations", reservation._id);
  return status;
}

function correct(
  ctx: MutationCtx,
  { name, key, config, count: reserved }: Doc<"reservations">,
  { count, autoSweep }: Omit<SettleArgs, "reservationId">,
): Promise<RateLimitStatus> {
  const surplus = count - reserved;
  return surplus > 0
    ? charge(ctx, { name, key, config, count: surplus, autoSweep })
    : refund(ctx, { name, key, config, count: Math.abs(surplus), autoSweep });
}

/** Gives back what was reserved; whether there was something to give back. */
export async function cancel(ctx: MutationCtx, args: Omit<SettleArgs, "count">): Promise<boolean> {
  return (await settle(ctx, { ...args, count: 0 })) !== null;
}

export async function deleteReservations(ctx: MutationCtx, { name, key }: Subject): Promise<void> {
  const reservations = await ctx.db
    .query("reservations")
    .withIndex("by_name_key", (q) => q.eq("name", name).eq("key", key))
    .take(MOST_RESERVATIONS);
  for (const { _id } of reservations) await ctx.db.delete("reservations", _id);
}
