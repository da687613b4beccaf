import {
  isValidConfig,
  validateConfig,
  validateInstant,
  validateKey,
} from "../../shared/validation.js";
import type { Override, RateLimitConfig } from "../../shared/kinds.js";
import { invalidRateLimit } from "../../shared/errors.js";
import type { Doc } from "../_generated/dataModel.js";
import type { MutationCtx, QueryCtx } from "../_generated/server.js";
import type { Subject } from "./shards.js";

/**
 * The config that holds for this key now. Costs 1 query if the limit declares overrides. One that was
 * made for another kind of limit is ignored: a deploy that changes the kind must not fail all calls.
 */
export async function effectiveConfig(
  ctx: QueryCtx,
  { name, key, config }: Subject & { config: RateLimitConfig },
): Promise<RateLimitConfig> {
  if (!config.overrides) return config;
  const override = await getOverride(ctx, { name, key });
  if (!override || (override.expiresAt ?? Infinity) <= Date.now()) return config;
  const overridden = { ...config, ...override.config };
  return isValidConfig(overridden) ? overridden : config;
}

/** Replaces whatever override there was. */
export async function setOverride(
  ctx: MutationCtx,
  { name, key }: Subject,
  { base, config, expiresAt }: { base: RateLimitConfig; config: Override; expiresAt?: number },
): Promise<void> {
  if (!base.overrides) throw notDeclared(name);
  validateKey(name, key);
  validateConfig(name, { ...base, ...config });
  if (expiresAt !== undefined) validateInstant(name, "expiresAt", expiresAt);
  const existing = await getOverride(ctx, { name, key });
  const override = { name, key, config, expiresAt };
  if (existing) await ctx.db.replace("overrides", existing._id, override);
  else await ctx.db.insert("overrides", override);
}

/** Whether there was one. */
export async function clearOverride(ctx: MutationCtx, subject: Subject): Promise<boolean> {
  const override = await getOverride(ctx, subject);
  if (override) await ctx.db.delete("overrides", override._id);
  return override !== null;
}

export function getOverride(
  ctx: QueryCtx,
  { name, key }: Subject,
): Promise<Doc<"overrides"> | null> {
  return ctx.db
    .query("overrides")
    .withIndex("by_name_key", (q) => q.eq("name", name).eq("key", key))
    .unique();
}

function notDeclared(name: string) {
  return invalidRateLimit(
    name,
    "overrides",
    `Rate limit "${name}" does not look for overrides: define it with \`overrides: true\`.`,
  );
}
