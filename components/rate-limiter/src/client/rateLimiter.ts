import type { MutationMeta, PaginationOptions, PaginationResult } from "convex/server";
import type { ComponentApi } from "../component/_generated/component.js";
import { invalidRateLimit, limitNotDefined, rateLimited } from "../shared/errors.js";
import type { Override, RateLimitConfig } from "../shared/kinds.js";
import { validateConfig } from "../shared/validation.js";
import type {
  AcquireReturns,
  GetValueReturns,
  LimitAllReturns,
  ListItem,
  RateLimitReturns,
  RateLimitStatus,
  RenewReturns,
  ReserveReturns,
  SweepReturns,
} from "../shared/validators.js";
import type { RunActionCtx, RunMutationCtx, RunQueryCtx } from "./ctx.js";
import { hookAPI, type HookAPI, type HookOptions } from "./hookAPI.js";
import type {
  AcquireOptions,
  BlockOptions,
  CountOptions,
  Item,
  KeyOptions,
  LimitOptions,
  Options,
  PeekOptions,
  RateLimiterOptions,
  RateLimits,
  RequestOptions,
  ReserveOptions,
} from "./options.js";
import { keyFromRequest, type RequestCtx, type RequestKeyOptions } from "./requestKey.js";

type AnyCtx = RunQueryCtx | RunMutationCtx | RunActionCtx;
type WriteCtx = RunMutationCtx | RunActionCtx;

/**
 * Rate limits that are exact under concurrency and take part in the caller's transaction: when the
 * caller's mutation fails, its tokens come back.
 *
 * ```ts
 * const rateLimiter = new RateLimiter(components.rateLimiter, {
 *   sendMessage: { kind: "token bucket", rate: 10, period: MINUTE, capacity: 3 },
 *   signUp: { kind: "fixed window", rate: 100, period: HOUR },
 * });
 *
 * const { ok, retryAfter } = await rateLimiter.limit(ctx, "sendMessage", { key: userId });
 * ```
 *
 * Every method throws LIMIT_NOT_DEFINED for a name that is not defined and comes without a `config`,
 * except those that only forget, and INVALID_RATE_LIMIT for options that can never work. One call of
 * the component each.
 */
export class RateLimiter<Limits extends RateLimits = Record<never, never>> {
  readonly component: ComponentApi;
  readonly limits: Limits | undefined;
  readonly #options: RateLimiterOptions;

  /**
   * @param component The mounted component, `components.rateLimiter`.
   * @param limits The limits by name.
   * @throws INVALID_RATE_LIMIT if a limit can never work, so that a bad deploy fails when it loads.
   */
  constructor(component: ComponentApi, limits?: Limits, options: RateLimiterOptions = {}) {
    for (const [name, config] of Object.entries(limits ?? {})) validateConfig(name, config);
    this.component = component;
    this.limits = limits;
    this.#options = options;
  }

  /**
   * Consumes tokens if they are there, and says when to retry if not.
   *
   * Reads one document; writes it when granted and nothing when refused. Two granted requests for
   * the same name and key conflict, so one of them is retried; with `shards`, only if they meet on
   * one. A refusal of a limit with shards looks at all of them through a snapshot, without conflicts.
   *
   * @throws RATE_LIMITED when refused and `throws` is set.
   * @throws INVALID_RATE_LIMIT for a count that can never be granted.
   */
  async limit<Name extends string = keyof Limits & string>(
    ctx: WriteCtx,
    name: Name,
    ...[options]: Options<Limits, Name, LimitOptions>
  ): Promise<RateLimitReturns> {
    const { precheck, ...rest } = options ?? {};
    const args = await this.#args(ctx, name, rest);
    if (precheck && isMutationCtx(ctx) && (await isSnapshotCurrent(ctx))) {
      const { throws, ...asked } = args;
      const early = await ctx.runQuery(this.component.limits.checkRateLimit, asked, SNAPSHOT);
      if (!early.ok && throws) throw rateLimited(name, early.retryAfter);
      if (!early.ok) return early;
    }
    return ctx.runMutation(this.component.limits.rateLimit, args);
  }

  /**
   * Answers what `limit` would answer now, and consumes nothing. Reads one document.
   *
   * In a query, the answer ages: it is computed when the query runs, and the query does not re-run
   * because time passes. Subscribe with `useRateLimit` instead.
   *
   * @throws as `limit` does.
   */
  async check<Name extends string = keyof Limits & string>(
    ctx: AnyCtx,
    name: Name,
    ...[options]: Options<Limits, Name, RequestOptions>
  ): Promise<RateLimitReturns> {
    const args = await this.#args(ctx, name, options);
    return "runMutation" in ctx && isConcurrent(args.config)
      ? ctx.runMutation(this.component.limits.checkRateLimitInMutation, args)
      : ctx.runQuery(this.component.limits.checkRateLimit, args);
  }

  /**
   * As `limit`, and answers with all about the limit: what is left, until when, and why not. A count
   * that can never be granted is `ok: false` with the reason `"tooLarge"`. With `shards`, looks at
   * all of them through a snapshot, at 1 more query and a document per shard.
   *
   * @throws RATE_LIMITED when refused and `throws` is set.
   */
  async consume<Name extends string = keyof Limits & string>(
    ctx: WriteCtx,
    name: Name,
    ...[options]: Options<Limits, Name, RequestOptions>
  ): Promise<RateLimitStatus> {
    const args = await this.#args(ctx, name, options);
    return ctx.runMutation(this.component.limits.consume, args);
  }

  /**
   * What `consume` would answer, without consuming. Reads a document per shard. Of a concurrency
   * limit, how many leases are held and when the next one ends.
   */
  async peek<Name extends string = keyof Limits & string>(
    ctx: AnyCtx,
    name: Name,
    ...[options]: Options<Limits, Name, PeekOptions>
  ): Promise<RateLimitStatus> {
    const { snapshot, ...rest } = options ?? {};
    const args = await this.#args(ctx, name, rest);
    if (snapshot && isMutationCtx(ctx))
      return ctx.runQuery(this.component.limits.peek, args, SNAPSHOT);
    return "runMutation" in ctx && isConcurrent(args.config)
      ? ctx.runMutation(this.component.limits.peekInMutation, args)
      : ctx.runQuery(this.component.limits.peek, args);
  }

  /**
   * Consumes from all of several limits, or from none: what one refuses, the others keep. Items of
   * the same limit and key count together. One call of the component, at the cost of a `limit` each.
   *
   * @throws RATE_LIMITED with the name of the first that refused, when `throws` is set.
   */
  async limitAll(
    ctx: WriteCtx,
    items: readonly Item<Limits>[],
    { throws }: { throws?: boolean } = {},
  ): Promise<LimitAllReturns> {
    const asked = [];
    for (const { name, ...options } of items) {
      const { autoSweep: _, ...item } = await this.#args(ctx, name, options);
      asked.push(item);
    }
    const args = { items: asked, throws, ...this.#sweeping() };
    return ctx.runMutation(this.component.limits.limitAll, args);
  }

  /**
   * Takes tokens for what has happened already, into debt if need be, from a blocked limit too. The
   * cost of a `limit`; with `shards`, a debt is written to all of them.
   */
  async charge<Name extends string = keyof Limits & string>(
    ctx: WriteCtx,
    name: Name,
    ...[options]: Options<Limits, Name, CountOptions>
  ): Promise<RateLimitStatus> {
    const args = await this.#args(ctx, name, options);
    return ctx.runMutation(this.component.limits.charge, args);
  }

  /** Gives tokens back, at most as many as are used. The cost of a `limit`. */
  async refund<Name extends string = keyof Limits & string>(
    ctx: WriteCtx,
    name: Name,
    ...[options]: Options<Limits, Name, CountOptions>
  ): Promise<RateLimitStatus> {
    const args = await this.#args(ctx, name, options);
    return ctx.runMutation(this.component.limits.refund, args);
  }

  /**
   * Takes tokens for work whose cost is known only afterwards: then `settle` or `cancel` it. May take
   * tokens that do not exist yet, as `reserve: true` does: begin the work at `runAt`. The cost of a
   * `limit`, and 1 more write.
   */
  async reserve<Name extends string = keyof Limits & string>(
    ctx: WriteCtx,
    name: Name,
    ...[options]: Options<Limits, Name, ReserveOptions>
  ): Promise<ReserveReturns> {
    const args = await this.#args(ctx, name, options);
    return ctx.runMutation(this.component.reservations.reserve, args);
  }

  /**
   * Corrects a reservation to the tokens that the work did cost, more or fewer. Null if it was
   * settled or cancelled before, or has expired: then what it took stays used.
   */
  settle(ctx: WriteCtx, reservationId: string, count: number): Promise<RateLimitStatus | null> {
    const args = { reservationId, count, ...this.#sweeping() };
    return ctx.runMutation(this.component.reservations.settle, args);
  }

  /** Gives back what was reserved. False if it was settled or cancelled before, or has expired. */
  cancel(ctx: WriteCtx, reservationId: string): Promise<boolean> {
    const args = { reservationId, ...this.#sweeping() };
    return ctx.runMutation(this.component.reservations.cancel, args);
  }

  /**
   * Refuses everything for a time, whatever is left. Replaces an earlier block. Writes a document per
   * shard.
   */
  async block<Name extends string = keyof Limits & string>(
    ctx: WriteCtx,
    name: Name,
    ...[options]: Options<Limits, Name, BlockOptions>
  ): Promise<RateLimitStatus> {
    const args = await this.#args(ctx, name, options);
    return ctx.runMutation(this.component.limits.block, args);
  }

  /** Lifts a block. What was used stays used. */
  async unblock<Name extends string = keyof Limits & string>(
    ctx: WriteCtx,
    name: Name,
    ...[options]: Options<Limits, Name, KeyOptions>
  ): Promise<RateLimitStatus> {
    const args = await this.#args(ctx, name, options);
    return ctx.runMutation(this.component.limits.unblock, args);
  }

  /**
   * Changes a limit for one key, at once: another rate for a customer with another plan. Only of
   * limits with `overrides: true`. Replaces an earlier override; what was used stays used.
   */
  async setOverride<Name extends string = keyof Limits & string>(
    ctx: WriteCtx,
    name: Name,
    options: KeyOptions & { config: Override; expiresAt?: number },
  ): Promise<void> {
    const { config: override, expiresAt, ...subject } = options;
    const { key, config } = await this.#args(ctx, name, subject);
    const args = { name, key, config, override, expiresAt };
    await ctx.runMutation(this.component.overrides.setOverride, args);
  }

  /** Back to the limit as it is defined. Whether there was an override. */
  async clearOverride<Name extends string = keyof Limits & string>(
    ctx: WriteCtx,
    name: Name,
    options: KeyOptions = {},
  ): Promise<boolean> {
    const key = await this.#key(ctx, name, options);
    return ctx.runMutation(this.component.overrides.clearOverride, { name, key });
  }

  /**
   * Takes one of the `max` leases of a concurrency limit, until it is released or its time is over.
   * Writes one document. Callers conflict only when they draw the same free slot.
   */
  async acquire<Name extends string = keyof Limits & string>(
    ctx: WriteCtx,
    name: Name,
    ...[options]: Options<Limits, Name, AcquireOptions>
  ): Promise<AcquireReturns> {
    const args = await this.#args(ctx, name, options);
    return ctx.runMutation(this.component.leases.acquire, args);
  }

  /** Prolongs a lease from now on by `ttlMs`, by default as long as before. Not one that has ended. */
  renew(ctx: WriteCtx, leaseId: string, options: { ttlMs?: number } = {}): Promise<RenewReturns> {
    return ctx.runMutation(this.component.leases.renew, { leaseId, ttlMs: options.ttlMs });
  }

  /** Ends a lease. False if it had ended, or there never was one. */
  release(ctx: WriteCtx, leaseId: string): Promise<boolean> {
    return ctx.runMutation(this.component.leases.release, { leaseId });
  }

  /** The keys that have used a limit, with the status of each, a page at a time. */
  async list<Name extends string = keyof Limits & string>(
    ctx: AnyCtx,
    name: Name,
    options: { paginationOpts: PaginationOptions; config?: RateLimitConfig },
  ): Promise<PaginationResult<ListItem>> {
    const { numItems, cursor } = options.paginationOpts;
    const config = this.#config(name, options.config);
    const args = { name, config, paginationOpts: { numItems, cursor } };
    return ctx.runQuery(this.component.keys.list, args);
  }

  /**
   * Forgets what was consumed and reserved, ends leases and blocks: the limit answers as if it had
   * never been used. Reads and deletes one document per shard.
   */
  async reset<Name extends string = keyof Limits & string>(
    ctx: WriteCtx,
    name: Name,
    options: KeyOptions & { config?: RateLimitConfig } = {},
  ): Promise<void> {
    const key = await this.#key(ctx, name, options);
    const config = options.config ? this.#config(name, options.config) : this.#defined(name);
    await ctx.runMutation(this.component.limits.resetRateLimit, { name, key, config });
  }

  /** Resets a limit for all keys, some 500 documents per call: call again until `isDone`. */
  resetAll<Name extends string = keyof Limits & string>(
    ctx: WriteCtx,
    name: Name,
  ): Promise<SweepReturns> {
    return ctx.runMutation(this.component.sweeps.resetAll, { name });
  }

  /**
   * Deletes documents that answer no question any more: limits that have drained, leases and
   * overrides that have expired. Calls do so by themselves now and then, unless `autoSweep` is off.
   * Some 500 documents per call: call again until `isDone`.
   */
  sweep(ctx: WriteCtx): Promise<SweepReturns> {
    return ctx.runMutation(this.component.sweeps.sweep, {});
  }

  /**
   * Forgets everything that any key of any limit has used, or only what has been of no use since
   * `before` (milliseconds of UTC). Goes on in the background until it is done.
   */
  async clearAll(ctx: WriteCtx, options: { before?: number } = {}): Promise<void> {
    await ctx.runMutation(this.component.sweeps.clearAll, { before: options.before });
  }

  /**
   * The tokens left at the last change, to be continued to any instant with
   * `calculateRateLimit(value, value.config, now)`. Reads every shard and not the clock, so that a
   * query re-runs only when tokens are consumed. `sampleShards` is accepted and changes nothing.
   */
  async getValue<Name extends string = keyof Limits & string>(
    ctx: AnyCtx,
    name: Name,
    ...[options]: Options<Limits, Name, KeyOptions & { sampleShards?: number }>
  ): Promise<GetValueReturns> {
    const { autoSweep: _, ...args } = await this.#args(ctx, name, options);
    return ctx.runQuery(this.component.limits.getValue, args);
  }

  /**
   * The two functions behind `useRateLimit`, to be exported from the app. Clients can read this one
   * limit and, only if `key` is a function, propose a key to it.
   *
   * ```ts
   * export const { getRateLimit, getServerTime } = rateLimiter.hookAPI("sendMessage", {
   *   key: async (ctx) => (await ctx.auth.getUserIdentity())?.subject ?? "anonymous",
   * });
   * ```
   */
  hookAPI<Name extends string = keyof Limits & string>(
    name: Name,
    ...[options]: Options<Limits, Name, HookOptions>
  ): HookAPI {
    this.#config(name, options?.config);
    return hookAPI(name, options ?? {}, (ctx, { name, key, config }) =>
      ctx.runQuery(this.component.limits.getValue, {
        name,
        key,
        config: this.#config(name, config),
      }),
    );
  }

  /** `keyFromRequest`, for callers who have the class at hand. */
  keyFromRequest(ctx: RequestCtx, options?: RequestKeyOptions): Promise<string | null> {
    return keyFromRequest(ctx, options);
  }

  async #args<Own extends KeyOptions>(
    ctx: AnyCtx,
    name: string,
    options: (Own & { config?: RateLimitConfig }) | undefined,
  ) {
    const { by: _by, fallbackKey: _fallbackKey, ...own } = options ?? ({} as Own);
    const config = this.#config(name, options?.config);
    const key = await this.#key(ctx, name, options ?? {});
    return { ...own, name, key, config, ...this.#sweeping() };
  }

  #sweeping(): { autoSweep?: false } {
    return this.#options.autoSweep === false ? { autoSweep: false } : {};
  }

  async #key(ctx: AnyCtx, name: string, options: KeyOptions): Promise<string | undefined> {
    const {
      key,
      by = key === undefined ? this.#options.defaultKey : "none",
      fallbackKey,
    } = options;
    if (by !== "ip") return key;
    if (key !== undefined)
      throw invalidRateLimit(name, "by", `Rate limit "${name}" got a key and \`by: "ip"\`.`);
    const address = hasMeta(ctx, "getRequestMetadata") ? await keyFromRequest(ctx) : null;
    const found = address ?? fallbackKey;
    if (found !== undefined) return found;
    throw invalidRateLimit(
      name,
      "key",
      `Rate limit "${name}" is limited by address, and there is none: only mutations and actions ` +
        "that a request triggered have one. Pass a fallbackKey or a key.",
    );
  }

  #config(name: string, given: RateLimitConfig | undefined): RateLimitConfig {
    if (given) validateConfig(name, given);
    const config = given ?? this.#defined(name);
    if (!config) throw limitNotDefined(name);
    return config;
  }

  /** Own properties only: a limit named "constructor" is as unknown as any other. */
  #defined(name: string): RateLimitConfig | undefined {
    return this.limits && Object.hasOwn(this.limits, name) ? this.limits[name] : undefined;
  }
}

const SNAPSHOT = { useStaleSnapshot: true };

/** In a mutation, a query would depend on what others append to the log of a concurrent limit. */
function isConcurrent(config: RateLimitConfig): boolean {
  return "applyUpdates" in config && config.applyUpdates === "asynchronously";
}

/** Actions have no snapshot. */
function isMutationCtx(ctx: AnyCtx): ctx is RunMutationCtx {
  return "runMutation" in ctx && !("runAction" in ctx);
}

/** Whether the mutation has written nothing yet, such as a reset, which its snapshot would lack. */
async function isSnapshotCurrent(ctx: object): Promise<boolean> {
  if (!hasMeta(ctx, "getTransactionMetrics")) return false;
  return (await ctx.meta.getTransactionMetrics()).documentsWritten.used === 0;
}

/** Queries have less of it, and contexts made by hand none. */
function hasMeta<Method extends keyof MutationMeta>(
  ctx: object,
  method: Method,
): ctx is { meta: Pick<MutationMeta, Method> } {
  return "meta" in ctx && typeof ctx.meta === "object" && ctx.meta !== null && method in ctx.meta;
}
