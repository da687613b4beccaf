import type { ComponentApi } from "../component/_generated/component.js";
import { validateConfig } from "../shared/config.js";
import { limitNotDefined } from "../shared/errors.js";
import type {
  GetValueReturns,
  RateLimitArgs,
  RateLimitConfig,
  RateLimitReturns,
} from "../shared/validators.js";
import type { RunActionCtx, RunMutationCtx, RunQueryCtx } from "./ctx.js";
import { hookAPI, type HookAPI, type HookOptions } from "./hookAPI.js";

/** Limits by name, as given to the constructor. */
export type RateLimits = Record<string, RateLimitConfig>;

/**
 * Options of one call: those of `Args`, and `config` for a name that the constructor does not
 * define.
 */
type Options<Limits extends RateLimits, Name extends string, Args> = Name extends keyof Limits
  ? [options?: Args]
  : [options: Args & { config: RateLimitConfig }];

type RequestOptions = Omit<RateLimitArgs, "name" | "config">;

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
 */
export class RateLimiter<Limits extends RateLimits = Record<never, never>> {
  readonly component: ComponentApi;
  readonly limits: Limits | undefined;

  /**
   * @param component The mounted component, `components.rateLimiter`.
   * @param limits The limits by name.
   * @throws INVALID_RATE_LIMIT if a limit can never work, so that a bad deploy fails when it loads.
   */
  constructor(component: ComponentApi, limits?: Limits) {
    for (const [name, config] of Object.entries(limits ?? {})) validateConfig(name, config);
    this.component = component;
    this.limits = limits;
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
    ctx: RunMutationCtx | RunActionCtx,
    name: Name,
    ...[options]: Options<Limits, Name, RequestOptions>
  ): Promise<RateLimitReturns> {
    return ctx.runMutation(this.component.limits.rateLimit, this.withConfig(name, options));
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
    ctx: RunQueryCtx | RunMutationCtx | RunActionCtx,
    name: Name,
    ...[options]: Options<Limits, Name, RequestOptions>
  ): Promise<RateLimitReturns> {
    const args = this.withConfig(name, options);
    // In a mutation, a query would depend on what others append to the log of a concurrent limit.
    if (args.config.applyUpdates === "asynchronously" && "runMutation" in ctx)
      return ctx.runMutation(this.component.limits.checkRateLimitInMutation, args);
    return ctx.runQuery(this.component.limits.checkRateLimit, args);
  }

  /**
   * Forgets what was consumed: the limit answers as if it had never been used.
   * Reads and deletes one document per shard.
   */
  async reset<Name extends string = keyof Limits & string>(
    ctx: RunMutationCtx | RunActionCtx,
    name: Name,
    options?: { key?: string; config?: RateLimitConfig },
  ): Promise<void> {
    const config = options?.config ?? this.defined(name);
    await ctx.runMutation(this.component.limits.resetRateLimit, {
      name,
      key: options?.key,
      config,
    });
  }

  /**
   * The tokens left at the last change, to be continued to any instant with
   * `calculateRateLimit(value, value.config, now)`. Reads every shard and not the clock, so that a
   * query re-runs only when tokens are consumed. `sampleShards` is accepted and changes nothing.
   */
  async getValue<Name extends string = keyof Limits & string>(
    ctx: RunQueryCtx | RunMutationCtx | RunActionCtx,
    name: Name,
    ...[options]: Options<Limits, Name, { key?: string; sampleShards?: number }>
  ): Promise<GetValueReturns> {
    return ctx.runQuery(this.component.limits.getValue, this.withConfig(name, options));
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
    const { config } = this.withConfig(name, options);
    return hookAPI(name, options?.key, (ctx, key) =>
      ctx.runQuery(this.component.limits.getValue, { name, key, config }),
    );
  }

  private withConfig<Args extends object>(
    name: string,
    options: (Args & { config?: RateLimitConfig }) | undefined,
  ): Args & { name: string; config: RateLimitConfig } {
    const config = options?.config ?? this.defined(name);
    if (!config) throw limitNotDefined(name);
    if (options?.config) validateConfig(name, options.config);
    return { ...(options as Args), name, config };
  }

  /** Own properties only: a limit named "constructor" is as unknown as any other. */
  private defined(name: string): RateLimitConfig | undefined {
    return this.limits && Object.hasOwn(this.limits, name) ? this.limits[name] : undefined;
  }
}
