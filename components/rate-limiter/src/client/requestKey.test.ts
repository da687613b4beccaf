import { fc, test } from "@fast-check/vitest";
import { convexTest } from "convex-test";
import { actionGeneric, defineSchema, makeFunctionReference, mutationGeneric } from "convex/server";
import { describe, expect } from "vitest";
import { keyFromRequest, requestKey } from "./requestKey.js";

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["  192.0.2.1 ", "192.0.2.1"],
  ["192.0.2.1:443", "192.0.2.1"],
  ["0.0.0.0", "0.0.0.0"],
  ["255.255.255.255", "255.255.255.255"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::FFFF:c000:0201", "192.0.2.1"],
  ["0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1"],
  ["[::ffff:192.0.2.1]:443", "192.0.2.1"],
  ["2001:db8:1:2:3::4", "2001:db8:1::/56"],
  ["2001:0DB8:0001:00FF:3::4", "2001:db8:1::/56"],
  ["2001:db8:1:1ff::", "2001:db8:1:100::/56"],
  ["2001:db8:1:2:3:4:192.0.2.1", "2001:db8:1::/56"],
  ["[2001:db8:1::4]", "2001:db8:1::/56"],
  ["[2001:db8:1::4]:8080", "2001:db8:1::/56"],
  ["fe80::1%eth0", "fe80::/56"],
  ["[fe80::1%25eth0]:80", "fe80::/56"],
  ["::1", "::/56"],
  ["::", "::/56"],
  ["::fffe:192.0.2.1", "::/56"],
])("the key of %s is %s", (ip, key) => {
  expect(requestKey(ip)).toBe(key);
});

test.each([
  ["2001:db8:1:2:3::4", 32, "2001:db8::/32"],
  ["2001:db8:1:2:3::4", 48, "2001:db8:1::/48"],
  ["2001:db8:1:2:3::4", 64, "2001:db8:1:2::/64"],
  ["2001:db8:1:2:3::4", 128, "2001:db8:1:2:3::4/128"],
  ["ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 33, "ffff:ffff:8000::/33"],
  ["ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 127, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127"],
  ["2001:db8:0:1:1:1:1:1", 128, "2001:db8:0:1:1:1:1:1/128"],
  ["2001:0:0:1:0:0:0:1", 128, "2001:0:0:1::1/128"],
  ["2001:db8:0:0:1:0:0:1", 128, "2001:db8::1:0:0:1/128"],
  ["10:0:0:20:0:0:30:0", 128, "10::20:0:0:30:0/128"],
  ["::1", 128, "::1/128"],
  ["1::", 128, "1::/128"],
  ["::", 128, "::/128"],
  ["192.0.2.1", 128, "192.0.2.1"],
] as const)("the key of %s with %d bits is %s", (ip, ipv6Subnet, key) => {
  expect(requestKey(ip, { ipv6Subnet })).toBe(key);
});

test.each([
  "",
  "unknown",
  "localhost",
  "192.0.2",
  "192.0.2.1.5",
  "192.0.2.256",
  "192.0.2.01",
  "192.0.2.-1",
  "192.0.2.1:port",
  "192.0.2.1%eth0",
  "[192.0.2.1]",
  "192.0.2.1, 192.0.2.2",
  ":",
  ":::",
  "1",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1:2:3:4:5:6:7:8::",
  "1:2:3:4:5:6:7:8:80",
  "1::2::3",
  ":1::2",
  "12345::",
  "g::",
  "::1%",
  "[::1",
  "::1]",
  "::192.0.2.256",
  "192.0.2.1::",
  "::192.0.2.1:1",
  "2001:db8::1/64",
])("%j is no address and has no key", (ip) => {
  expect(requestKey(ip)).toBeNull();
});

/** The canonical form of an IPv6 address, by the URL parser of the platform. */
const canonical = (ip: string) => new URL(`http://[${ip}]`).hostname.slice(1, -1);

const bits = fc.integer({ min: 32, max: 128 });

/** Half of the groups are zero, so that runs of zeros are as common as in real addresses. */
const addresses = fc
  .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), {
    minLength: 8,
    maxLength: 8,
  })
  .filter((groups) => groups.slice(0, 6).join() !== "0,0,0,0,0,65535");

const text = (groups: readonly number[]) => groups.map((group) => group.toString(16)).join(":");
const toBits = (groups: readonly number[]) =>
  groups.map((group) => group.toString(2).padStart(16, "0")).join("");

describe("of any IPv6 address", () => {
  test.prop([addresses, bits])(
    "the key is the canonical text of its subnet",
    (groups, ipv6Subnet) => {
      const kept = toBits(groups).slice(0, ipv6Subnet).padEnd(128, "0");
      const subnet = (kept.match(/.{16}/g) ?? []).map((group) => parseInt(group, 2));
      const expected = `${canonical(text(subnet))}/${ipv6Subnet}`;
      expect(requestKey(text(groups), { ipv6Subnet })).toBe(expected);
      expect(requestKey(canonical(text(groups)).toUpperCase(), { ipv6Subnet })).toBe(expected);
    },
  );

  test.prop([addresses, addresses, bits])(
    "two have the same key if and only if they share the subnet",
    (a, b, ipv6Subnet) => {
      const mixed = toBits(a).slice(0, ipv6Subnet) + toBits(b).slice(ipv6Subnet);
      const neighbour = (mixed.match(/.{16}/g) ?? []).map((group) => parseInt(group, 2));
      const key = (groups: readonly number[]) => requestKey(text(groups), { ipv6Subnet });
      expect(key(neighbour)).toBe(key(a));
      expect(key(a) === key(b)).toBe(
        toBits(a).slice(0, ipv6Subnet) === toBits(b).slice(0, ipv6Subnet),
      );
    },
  );
});

test.prop([
  fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom(":", "0", "1", "f", ".", "[", "]", "%") }),
  ),
])("whatever text it is given, the key is null or an address", (ip) => {
  expect(requestKey(ip) ?? "0.0.0.0").toMatch(/^([\d.]+|[\da-f:]+\/56)$/);
});

test.each([31, 129, 56.5, NaN, Infinity, -1])(
  "a subnet of %d bits is refused",
  async (ipv6Subnet) => {
    const error = { data: { code: "INVALID_RATE_LIMIT", field: "ipv6Subnet", name: "requestKey" } };
    const call = () => requestKey(null, { ipv6Subnet });
    expect(call).toThrow(expect.objectContaining({ data: expect.objectContaining(error.data) }));
    const ctx = { meta: { getRequestMetadata: () => Promise.resolve(metadata(null)) } };
    await expect(keyFromRequest(ctx, { ipv6Subnet })).rejects.toMatchObject(error);
  },
);

function metadata(ip: string | null) {
  return { ip, userAgent: null, requestId: "", scheduledFunctionId: null, authToken: null };
}

test("mutations and actions know the request's address, and what no request triggered has none", async () => {
  const t = convexTest(defineSchema({}), {
    "./_generated/api.js": () => Promise.resolve({}),
    "./keys.js": () =>
      Promise.resolve({
        mutation: mutationGeneric((ctx) => keyFromRequest(ctx)),
        action: actionGeneric((ctx) => keyFromRequest(ctx, { ipv6Subnet: 64 })),
      }),
  });
  const from = t.withRequestMetadata({ ip: "2001:db8:1:2:3::4" });
  const mutation = makeFunctionReference<"mutation">("keys:mutation");
  expect(await from.mutation(mutation, {})).toBe("2001:db8:1::/56");
  expect(await from.action(makeFunctionReference<"action">("keys:action"), {})).toBe(
    "2001:db8:1:2::/64",
  );
  expect(await t.withRequestMetadata({ ip: null }).mutation(mutation, {})).toBeNull();
});
