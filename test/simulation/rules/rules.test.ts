import { convexTest } from "convex-test";
import { anyApi, defineSchema, defineTable, mutationGeneric, queryGeneric } from "convex/server";
import { v, type Value } from "convex/values";
import { describe, expect, test } from "vitest";
import { withBackendRules } from "./enforce.ts";

const schema = defineSchema({
  anything: defineTable(v.any()),
  scores: defineTable({ byName: v.record(v.string(), v.number()) }),
});

const functions = {
  put: mutationGeneric({
    args: { document: v.any() },
    handler: (ctx, { document }) => ctx.db.insert("anything", document),
  }),
  putScores: mutationGeneric({
    args: { byName: v.any() },
    handler: (ctx, { byName }) => ctx.db.insert("scores", { byName }),
  }),
  patch: mutationGeneric({
    args: { fields: v.any() },
    handler: async (ctx, { fields }) => {
      const id = await ctx.db.insert("anything", { text: "x".repeat(600_000) });
      await ctx.db.patch(id, fields);
    },
  }),
  takeRecord: mutationGeneric({
    args: { record: v.record(v.string(), v.number()) },
    handler: () => null,
  }),
  giveRecord: queryGeneric({
    args: {},
    returns: v.record(v.string(), v.number()),
    handler: () => ({ ada: "not a number" }) as unknown as Record<string, number>,
  }),
  writeAndLie: mutationGeneric({
    args: {},
    returns: v.number(),
    handler: async (ctx) => {
      await ctx.db.insert("anything", {});
      return "not a number" as unknown as number;
    },
  }),
};

const fn = (name: keyof typeof functions) => {
  const reference = anyApi.app?.[name];
  if (reference === undefined) throw new Error(`no ${name}`);
  return reference;
};

function setup() {
  const modules = {
    "./_generated/api.js": () => Promise.resolve({}),
    "./app.ts": () => Promise.resolve(functions),
  };
  return convexTest(schema, withBackendRules(schema, modules));
}

const nested = (depth: number): Value => (depth === 0 ? 1 : [nested(depth - 1)]);

describe("a document", () => {
  test.each<[string, Value, RegExp]>([
    ["larger than 1 MiB", { text: "x".repeat(1 << 20) }, /too large/],
    ["nested more than 16 levels", { deep: nested(16) }, /nested/],
    ["with an array of 8193", { list: Array(8193).fill(0) }, /too long/],
    [
      "with an object of 1025 fields",
      { object: Object.fromEntries(Array.from({ length: 1025 }, (_, i) => [`k${i}`, i])) },
      /too many fields/,
    ],
    ["with a field of the system", { _secret: 1 }, /reserved/],
    ["with a lone surrogate", { text: "\ud800" }, /surrogate/],
    ["with a field name that is not ASCII", { object: { "\u00e9": 1 } }, /not allowed|ASCII/],
  ])("%s is refused", async (_, document, message) => {
    await expect(setup().mutation(fn("put"), { document })).rejects.toThrow(message);
  });

  test("at the limits is stored", async () => {
    const t = setup();
    const document = {
      text: "x".repeat(900_000),
      deep: nested(15),
      list: Array<number>(8192).fill(0),
      pair: "\ud83d\ude00",
    };
    await t.mutation(fn("put"), { document });
    expect(await t.run((ctx) => ctx.db.query("anything").take(10))).toHaveLength(1);
  });

  test("that a patch makes too large is refused", async () => {
    const more = { more: "x".repeat(600_000) };
    await expect(setup().mutation(fn("patch"), { fields: more })).rejects.toThrow("too large");
    await setup().mutation(fn("patch"), { fields: { more: "x" } });
  });

  test("has records of the right values", async () => {
    const t = setup();
    await t.mutation(fn("putScores"), { byName: { ada: 1 } });
    const wrong = t.mutation(fn("putScores"), { byName: { ada: "one" } });
    await expect(wrong).rejects.toThrow("Validator error");
  });
});

test("a record in the arguments has the right values", async () => {
  await setup().mutation(fn("takeRecord"), { record: { ada: 1 } });
  const wrong = setup().mutation(fn("takeRecord"), { record: { ada: "one" } });
  await expect(wrong).rejects.toThrow("Validator error");
});

test("a record in the result has the right values", async () => {
  await expect(setup().query(fn("giveRecord"), {})).rejects.toThrow("Validator error");
});

test("a mutation whose result is wrong leaves nothing behind", async () => {
  const t = setup();
  await expect(t.mutation(fn("writeAndLie"), {})).rejects.toThrow("Validator error");
  expect(await t.run((ctx) => ctx.db.query("anything").take(10))).toEqual([]);
});

test("what tests write directly is not checked", async () => {
  await setup().run((ctx) => ctx.db.insert("anything", { list: Array<number>(9000).fill(0) }));
});
