import type { RateLimitConfig } from "../shared/kinds.js";
import type { AcquireArgs, BlockArgs, RateLimitArgs, ReserveArgs } from "../shared/validators.js";

/** Limits by name, as given to the constructor. */
export type RateLimits = Record<string, RateLimitConfig>;

/** What holds for all limits of a `RateLimiter`. */
export interface RateLimiterOptions {
  /** Whose limit a call means that says neither `key` nor `by`. @default "none": one for everybody */
  defaultKey?: "ip" | "none";
  /** Let calls schedule sweeps now and then. Without, call `sweep` yourself. @default true */
  autoSweep?: boolean;
}

/** Whose limit. */
export interface KeyOptions {
  /** A user id, an IP address, a tenant; at most 1 KiB. @default one limit for everybody */
  key?: string;
  /**
   * Instead of `key`: the address that the request came from, as `keyFromRequest` has it, or none,
   * whatever the constructor's `defaultKey` says.
   */
  by?: "ip" | "none";
  /** Instead of an address that is not known, as in scheduled functions. @default an error */
  fallbackKey?: string;
}

/** Options of one call: those of `Own`, and `config` for a name that is not defined. */
export type Options<Limits extends RateLimits, Name extends string, Own> = Name extends keyof Limits
  ? [options?: Own & { config?: RateLimitConfig }]
  : [options: Own & { config: RateLimitConfig }];

/** What the component adds to the options. */
type Given = "name" | "key" | "config" | "autoSweep";

export type RequestOptions = KeyOptions & Omit<RateLimitArgs, Given>;
export type CountOptions = KeyOptions & Pick<RateLimitArgs, "count">;
export type BlockOptions = KeyOptions & Omit<BlockArgs, Given>;
export type ReserveOptions = KeyOptions & Omit<ReserveArgs, Given>;
export type AcquireOptions = KeyOptions & Omit<AcquireArgs, Given>;

export type LimitOptions = RequestOptions & {
  /**
   * Look first through a snapshot, and refuse on that: then a flood of refusals conflicts with
   * nothing. At the price of 1 more call when granted; in mutations only, and only before they have
   * written anything. @default false
   */
  precheck?: boolean;
};

export type PeekOptions = Omit<RequestOptions, "throws"> & {
  /** Look at the state as of the transaction's beginning, without conflicts; mutations only. @default false */
  snapshot?: boolean;
};

/** One of several limits that have to agree. */
export type Item<Limits extends RateLimits> = KeyOptions & {
  name: (keyof Limits & string) | (string & {});
  /** @default 1 */
  count?: number;
  /** Of a name that is not defined. */
  config?: RateLimitConfig;
};
