import type { MutationMeta } from "convex/server";
import { invalidRateLimit } from "../shared/errors.js";

/** What `keyFromRequest` needs of a mutation's, action's or HTTP action's `ctx`. Queries lack it. */
export interface RequestCtx {
  meta: Pick<MutationMeta, "getRequestMetadata">;
}

export interface RequestKeyOptions {
  /**
   * How many leading bits of an IPv6 address make the key, a whole number from 32 to 128. One
   * customer commonly holds a whole /56 or /64: with more bits, they have that many keys.
   * @default 56
   */
  ipv6Subnet?: number;
}

/**
 * A key for the network that the current request came from, to limit callers who are not signed in.
 * Reads the request's metadata and no documents.
 *
 * The address is the first entry of `X-Forwarded-For`. On Convex's cloud that is the caller; when
 * self-hosting, only a proxy that overwrites the header makes it so. Without one, callers write
 * what they like and get a new key, and a full limit, with each request.
 *
 * @param ctx Of a mutation, action or HTTP action.
 * @returns As `requestKey`; null also for what no request triggered, such as scheduled functions
 * and crons. A limit that is given no key is shared by all: decide what null shall mean.
 * @throws INVALID_RATE_LIMIT with the field `ipv6Subnet`, and the name "requestKey".
 */
export async function keyFromRequest(
  ctx: RequestCtx,
  options: RequestKeyOptions = {},
): Promise<string | null> {
  const { ip } = await ctx.meta.getRequestMetadata();
  return requestKey(ip, options);
}

/**
 * A key for the network that an IP address belongs to: an IPv4 address as it is, also when it comes
 * as IPv6 (`::ffff:192.0.2.1`), and of other IPv6 addresses the subnet, in the form of RFC 5952:
 * `2001:db8:1::/56`. Ports, brackets and zones (`%eth0`) are no part of a network and are dropped.
 *
 * @returns Null for null, and for text that is no IP address.
 * @throws INVALID_RATE_LIMIT with the field `ipv6Subnet`, and the name "requestKey".
 */
export function requestKey(
  ip: string | null,
  { ipv6Subnet = 56 }: RequestKeyOptions = {},
): string | null {
  requireSubnet(ipv6Subnet);
  if (ip === null) return null;
  const text = ip.trim();
  const ipv4 = /^([\d.]+)(?::\d{1,5})?$/.exec(text)?.[1] ?? "";
  if (isIpv4(ipv4)) return ipv4;
  const bare = /^\[(.*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? text;
  const groups = parseIpv6(bare.replace(/%[^%]+$/, ""));
  if (groups === null) return null;
  return mappedIpv4(groups) ?? `${formatIpv6(truncate(groups, ipv6Subnet))}/${ipv6Subnet}`;
}

const MIN_SUBNET = 32;
const MAX_SUBNET = 128;

function requireSubnet(ipv6Subnet: number): void {
  if (Number.isInteger(ipv6Subnet) && ipv6Subnet >= MIN_SUBNET && ipv6Subnet <= MAX_SUBNET) return;
  throw invalidRateLimit(
    "requestKey",
    "ipv6Subnet",
    `requestKey got ipv6Subnet ${ipv6Subnet}: ` +
      `it must be a whole number from ${MIN_SUBNET} to ${MAX_SUBNET}.`,
  );
}

/** Four decimal numbers; none with a leading zero, which some read as octal. */
function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return (
    parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && +part < 256)
  );
}

const GROUPS = 8;
const GROUP_BITS = 16;

/** The eight groups of an IPv6 address; null if it is none. */
function parseIpv6(text: string): number[] | null {
  const halves = withoutDots(text).split("::");
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = GROUPS - head.length - tail.length;
  const fits = halves.length === 1 ? missing === 0 : halves.length === 2 && missing > 0;
  if (!fits || ![...head, ...tail].every((group) => /^[\da-f]{1,4}$/i.test(group))) return null;
  const zeros = Array<string>(missing).fill("0");
  return [...head, ...zeros, ...tail].map((group) => parseInt(group, 16));
}

/** Writes an IPv4 address at the end of an IPv6 address as the two groups that it stands for. */
function withoutDots(text: string): string {
  const start = text.lastIndexOf(":") + 1;
  const ipv4 = text.slice(start);
  if (start === 0 || !isIpv4(ipv4)) return text;
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split(".").map(Number);
  return `${text.slice(0, start)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

/** The IPv4 address in `::ffff:0:0/96`. */
function mappedIpv4(groups: number[]): string | undefined {
  const [high = 0, low = 0] = groups.slice(6);
  if (groups.slice(0, 6).join() !== "0,0,0,0,0,65535") return undefined;
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
}

function truncate(groups: number[], bits: number): number[] {
  return groups.map((group, index) => {
    const dropped = Math.min(Math.max((index + 1) * GROUP_BITS - bits, 0), GROUP_BITS);
    return (group >> dropped) << dropped;
  });
}

/** RFC 5952: lower case, no leading zeros, and the first of the longest runs of zeros as `::`. */
function formatIpv6(groups: number[]): string {
  const text = groups.map((group) => group.toString(16)).join(":");
  const [longest] = [...text.matchAll(/\b0(:0)+\b/g)].sort((a, b) => b[0].length - a[0].length);
  if (longest === undefined) return text;
  const before = text.slice(0, longest.index);
  const after = text.slice(longest.index + longest[0].length);
  return `${before.replace(/:$/, "")}::${after.replace(/^:/, "")}`;
}
