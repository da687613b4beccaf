import type { Block } from "../../shared/blocks.js";
import type { ResolvedConfig } from "../../shared/kinds.js";
import { mostReserved, resolveConfig } from "../../shared/config.js";
import type { Pool, Request } from "../../shared/pool.js";
import { countExceeds, validateCount } from "../../shared/validation.js";
import type { RateLimitArgs, RateLimitReturns } from "../../shared/validators.js";
import type { QueryCtx } from "../_generated/server.js";
import { effectiveConfig } from "./overrides.js";
import type { Subject } from "./shards.js";

/** A validated request. */
export interface Call {
  subject: Subject;
  config: ResolvedConfig;
  request: Request;
  /** Whether the request may schedule housekeeping. */
  autoSweep: boolean;
}

/** A decision, and how to record it. */
export interface Plan {
  status: RateLimitReturns;
  /** In force now, whether it stands in the way or not. */
  block?: Block;
  /** What all shards have used now, and once it is recorded. To be asked before `write`. */
  before: () => Promise<Pool>;
  after: () => Promise<Pool>;
  /** Records a grant; a refusal records nothing, but see `planOnAll`. */
  write: () => Promise<void>;
}

/** What all shards of a limit have used, and whether it is blocked. */
export interface View {
  pool: Pool;
  block?: Block;
}

export type CallArgs = Omit<RateLimitArgs, "throws">;

/**
 * Validates a request and looks up the override of its key, if the limit has any.
 *
 * @throws INVALID_RATE_LIMIT
 */
export async function prepare(ctx: QueryCtx, args: CallArgs): Promise<Call> {
  const { name, key, count = 1, reserve = false, autoSweep = true } = args;
  validateCount(name, count);
  const config = resolveConfig(name, key, await effectiveConfig(ctx, args));
  const allowance = reserve ? mostReserved(config) : 0;
  return {
    subject: { name, key },
    config,
    request: { count, now: Date.now(), allowance, isForced: false },
    autoSweep,
  };
}

/** Whether no amount of waiting would help. */
export function isTooLarge({ config, request }: Call): boolean {
  return request.count > mostOf(config, request);
}

/** @throws INVALID_RATE_LIMIT for a count that can never be granted. */
export function rejectTooLarge(call: Call): void {
  const { config, request, subject } = call;
  if (isTooLarge(call)) throw countExceeds(subject.name, request.count, mostOf(config, request));
}

function mostOf(config: ResolvedConfig, { allowance, isForced }: Request): number {
  return isForced ? Infinity : config.capacity + allowance;
}

/** The block in force, unless the request is one that no block refuses. */
export function inTheWay(block: Block | undefined, { isForced }: Request): Block | undefined {
  return isForced ? undefined : block;
}
