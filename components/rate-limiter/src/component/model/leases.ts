import { resolveLeases } from "../../shared/config.js";
import { invalidRateLimit } from "../../shared/errors.js";
import { validateDuration } from "../../shared/validation.js";
import type {
  AcquireArgs,
  AcquireReturns,
  RateLimitArgs,
  RateLimitStatus,
  RenewReturns,
} from "../../shared/validators.js";
import { internal } from "../_generated/api.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import { sweepSometimes } from "./housekeeping.js";
import { effectiveConfig } from "./overrides.js";
import { hasWritten, type Subject } from "./shards.js";

type Lease = Doc<"leases">;

/** What a scan of the snapshot tells of a lease. */
export type LeaseRow = Pick<Lease, "slot" | "expiresAt">;

interface Slots {
  max: number;
  now: number;
}

/** The most slots a limit can have, and as many left behind by a greater one. */
const MOST_LEASES = 2000;

/**
 * Takes a slot that is free in the snapshot of the transaction, which leaves no read dependency, and
 * confirms it by reading that slot alone: two callers conflict only if they draw the same one. A
 * refusal is as of the transaction's beginning.
 */
export async function acquire(ctx: MutationCtx, args: AcquireArgs): Promise<AcquireReturns> {
  const { name, key, holder } = args;
  const limit = resolveLeases(name, key, await effectiveConfig(ctx, args));
  const { max } = limit;
  const ttlMs = args.ttlMs ?? limit.ttlMs;
  validateDuration(name, "ttlMs", ttlMs);
  const subject = { name, key };
  const now = Date.now();
  const { slot, row, active, earliest } = await findSlot(ctx, subject, { max, now });
  if (slot === null)
    return { ok: false, active, retryAfter: Math.max(1, Math.ceil(earliest - now)) };
  if (row) await ctx.db.delete("leases", row._id);
  const expiresAt = now + ttlMs;
  const lease = { name, key, slot, holder, ttlMs, expiresAt };
  const leaseId = await ctx.db.insert("leases", lease);
  await sweepSometimes(ctx, args);
  return { ok: true, leaseId, expiresAt, active: active + 1 };
}

/** Prolongs a lease that has not ended. */
export async function renew(
  ctx: MutationCtx,
  { leaseId, ttlMs }: { leaseId: string; ttlMs?: number },
): Promise<RenewReturns> {
  const lease = await findLease(ctx, leaseId);
  const now = Date.now();
  if (!lease || lease.expiresAt <= now) return { ok: false };
  const leaseMs = ttlMs ?? lease.ttlMs;
  validateDuration(lease.name, "ttlMs", leaseMs);
  const expiresAt = now + leaseMs;
  await ctx.db.patch("leases", lease._id, { ttlMs: leaseMs, expiresAt });
  return { ok: true, expiresAt };
}

/** Whether the lease had not ended before. */
export async function release(ctx: MutationCtx, leaseId: string): Promise<boolean> {
  const lease = await findLease(ctx, leaseId);
  if (!lease) return false;
  await ctx.db.delete("leases", lease._id);
  return lease.expiresAt > Date.now();
}

/** Every lease of a limit, those that have expired included. At most one per slot. */
export function listLeases(ctx: QueryCtx, { name, key }: Subject): Promise<Lease[]> {
  return ctx.db
    .query("leases")
    .withIndex("by_name_key_slot", (q) => q.eq("name", name).eq("key", key))
    .take(MOST_LEASES);
}

export async function deleteLeases(ctx: MutationCtx, subject: Subject): Promise<void> {
  for (const { _id } of await listLeases(ctx, subject)) await ctx.db.delete("leases", _id);
}

/** How many leases are active, and when the next ends. Costs 1 query and a document per lease. */
export async function leaseStatus(
  ctx: QueryCtx,
  { name, key, config, count = 1 }: Subject & Pick<RateLimitArgs, "config" | "count">,
): Promise<RateLimitStatus> {
  if (count !== 1) throw oneAtATime(name, count);
  const effective = await effectiveConfig(ctx, { name, key, config });
  const { max, ttlMs } = resolveLeases(name, key, effective);
  const now = Date.now();
  const leases = await listLeases(ctx, { name, key });
  const { slot, active, earliest } = chooseSlot(leases, { max, now });
  return {
    ok: slot !== null,
    name,
    ...(key !== undefined && { key }),
    limit: max,
    window: ttlMs,
    remaining: Math.max(0, max - active),
    used: active,
    resetAt: Math.max(now, ...leases.map(({ expiresAt }) => expiresAt)),
    ...(slot === null && { retryAfter: Math.max(1, Math.ceil(earliest - now)), reason: "limited" }),
  };
}

function oneAtATime(name: string, count: number) {
  const message = `Rate limit "${name}" got count ${count}: leases are taken one at a time.`;
  return invalidRateLimit(name, "count", message);
}

async function findSlot(ctx: MutationCtx, subject: Subject, slots: Slots) {
  const free = await findSlotInSnapshot(ctx, subject, slots);
  if (free) return free;
  const leases = await listLeases(ctx, subject);
  const choice = chooseSlot(leases, slots);
  return { ...choice, row: leases.find(({ slot }) => slot === choice.slot) ?? null };
}

/** Null when what the snapshot says does not hold, or is not enough. */
async function findSlotInSnapshot(ctx: MutationCtx, subject: Subject, slots: Slots) {
  const seen: LeaseRow[] = await ctx.runQuery(internal.leases.scan, subject, {
    useStaleSnapshot: true,
  });
  const choice = chooseSlot(seen, slots);
  if (choice.slot === null) return (await hasWritten(ctx)) ? null : { ...choice, row: null };
  const row = await getLease(ctx, subject, choice.slot);
  const isTaken = row !== null && row.expiresAt > slots.now;
  return isTaken || (await isAnyBeyond(ctx, subject, slots)) ? null : { ...choice, row };
}

/** A free slot at random, null if as many leases are active as there may be. */
function chooseSlot(rows: readonly LeaseRow[], { max, now }: Slots) {
  const active = rows.filter(({ expiresAt }) => expiresAt > now);
  const taken = new Set(active.map(({ slot }) => slot));
  const free = Array.from({ length: max }, (_, slot) => slot).filter((slot) => !taken.has(slot));
  return {
    slot: active.length < max ? (free[Math.floor(Math.random() * free.length)] ?? null) : null,
    active: active.length,
    earliest: nthExpiry(active, active.length - max),
  };
}

/** When enough leases have ended for one more, if none is renewed: all but `max - 1` of them. */
function nthExpiry(active: readonly LeaseRow[], index: number): number {
  const expiries = active.map(({ expiresAt }) => expiresAt).sort((one, other) => one - other);
  return expiries[Math.max(0, index)] ?? 0;
}

/**
 * Whether leases are held in slots that a lower `max` no longer has. They count, so then no slot can
 * be taken without looking at all of them together.
 */
async function isAnyBeyond(
  ctx: MutationCtx,
  { name, key }: Subject,
  { max, now }: Slots,
): Promise<boolean> {
  const beyond = await ctx.db
    .query("leases")
    .withIndex("by_name_key_slot", (q) => q.eq("name", name).eq("key", key).gte("slot", max))
    .take(MOST_LEASES);
  return beyond.some(({ expiresAt }) => expiresAt > now);
}

function getLease(ctx: QueryCtx, { name, key }: Subject, slot: number): Promise<Lease | null> {
  return ctx.db
    .query("leases")
    .withIndex("by_name_key_slot", (q) => q.eq("name", name).eq("key", key).eq("slot", slot))
    .unique();
}

async function findLease(ctx: QueryCtx, leaseId: string): Promise<Lease | null> {
  const id = ctx.db.normalizeId("leases", leaseId);
  return id && ctx.db.get("leases", id);
}
