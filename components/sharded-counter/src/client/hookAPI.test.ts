import { convexTest } from "convex-test";
import { componentsGeneric, defineSchema, makeFunctionReference } from "convex/server";
import { beforeEach, expect, test, vi } from "vitest";
import type { ComponentApi } from "../component/_generated/component.js";
import { register } from "../test.js";
import { ShardedCounter } from "./index.js";

const { shardedCounter: component } = componentsGeneric() as unknown as {
  shardedCounter: ComponentApi;
};

const counter = new ShardedCounter(component);
const sharded = new ShardedCounter(component, { defaultShards: 4 });

beforeEach(() => {
  // No checkpoint by chance.
  vi.spyOn(Math, "random").mockReturnValue(0.999);
});

function setup() {
  const t = convexTest(defineSchema({}), {
    "./_generated/api.js": () => Promise.resolve({}),
    "./fixed.js": () => Promise.resolve(counter.hookAPI("visits")),
    "./sharded.js": () => Promise.resolve(sharded.hookAPI("rows")),
    "./judged.js": () =>
      Promise.resolve(
        counter.hookAPI((_ctx, nameFromClient) =>
          nameFromClient?.startsWith("public:") ? nameFromClient : "visits",
        ),
      ),
  });
  register(t);
  return t;
}

const getCount = (module: "fixed" | "sharded" | "judged") =>
  makeFunctionReference<"query">(`${module}:getCount`);

test("the query counts the name that is fixed, and no other that a client asks for", async () => {
  const t = setup();
  await t.run((ctx) => counter.addMany(ctx, { visits: 3, secret: 5 }));
  expect(await t.query(getCount("fixed"), {})).toBe(3);
  await expect(t.query(getCount("fixed"), { name: "secret" })).rejects.toMatchObject({
    data: { code: "INVALID_COUNTER", field: "name" },
  });
});

test("a function judges the name that a client asks for", async () => {
  const t = setup();
  await t.run((ctx) => counter.addMany(ctx, { visits: 3, "public:a": 4, secret: 5 }));
  expect(await t.query(getCount("judged"), { name: "public:a" })).toBe(4);
  expect(await t.query(getCount("judged"), { name: "secret" })).toBe(3);
  expect(await t.query(getCount("judged"), {})).toBe(3);
});

test("a throttled query shows what is rolled up, or the rows of a name that has no log", async () => {
  const t = setup();
  await t.run((ctx) => counter.inc(ctx, "visits"));
  expect(await t.query(getCount("fixed"), { isThrottled: true })).toBe(1);
  vi.spyOn(Math, "random").mockReturnValueOnce(0);
  await t.run((ctx) => counter.add(ctx, "visits", 5));
  expect(await t.query(getCount("fixed"), { isThrottled: true })).toBe(1);
  expect(await t.query(getCount("fixed"), {})).toBe(6);
  await t.run((ctx) => sharded.inc(ctx, "rows"));
  expect(await t.query(getCount("sharded"), { isThrottled: true })).toBe(1);
});
