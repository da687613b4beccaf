import { Triggers } from "convex-helpers/server/triggers";
import { convexTest } from "convex-test";
import {
  componentsGeneric,
  defineSchema,
  defineTable,
  type DataModelFromSchemaDefinition,
  type GenericMutationCtx,
} from "convex/server";
import { v } from "convex/values";
import { describe, expect, test } from "vitest";
import type { ComponentApi } from "../component/_generated/component.js";
import { register } from "../test.js";
import { ShardedCounter } from "./index.js";

const { shardedCounter: component } = componentsGeneric() as unknown as {
  shardedCounter: ComponentApi;
};

const schema = defineSchema({
  messages: defineTable({ author: v.string(), likes: v.number(), isHidden: v.boolean() }),
});
type DataModel = DataModelFromSchemaDefinition<typeof schema>;
type Ctx = GenericMutationCtx<DataModel>;
type Message = DataModel["messages"]["document"];

const AUTHORS = ["ada", "bob", "constructor"];

/** Everything that can be counted about messages at once. */
function setup(options: { defaultShards?: number } = {}) {
  const t = convexTest(schema, { "./_generated/api.js": () => Promise.resolve({}) });
  register(t);
  const counter = new ShardedCounter(component, options);
  const all = counter.backfill<DataModel, "messages">({ table: "messages", countedIn: "all" });
  const likes = counter.backfill<DataModel, "messages">({
    table: "messages",
    countedIn: "likes",
    sum: ({ likes }) => likes,
    where: ({ isHidden }) => !isHidden,
  });
  const authors = counter.backfill<DataModel, "messages">({
    table: "messages",
    countedIn: ({ author }) => author,
    names: AUTHORS,
  });
  const backfills = [all, likes, authors];
  const triggers = new Triggers<DataModel, Ctx>();
  for (const { gate } of backfills) triggers.register("messages", gate);
  const run = <Result>(body: (ctx: Ctx) => Promise<Result>) =>
    t.run(async (ctx) => body(triggers.wrapDB(ctx as unknown as Ctx)));
  /** Messages that nobody has counted: written before there were triggers. */
  const fill = (size: number) =>
    t.run(async (ctx) => {
      for (let index = 0; index < size; index++) await ctx.db.insert("messages", message(index));
    });
  return { run, fill, counter, backfills };
}

type App = ReturnType<typeof setup>;

function message(index: number) {
  const author = AUTHORS[index % AUTHORS.length] ?? "ada";
  return { author, likes: index % 7, isHidden: index % 5 === 0 };
}

/** What the counters count, and what they must count. */
async function compare({ run, counter }: App) {
  await run(async (ctx) => {
    const messages = await ctx.db.query("messages").take(5000);
    const shown = messages.filter(({ isHidden }) => !isHidden);
    const by = (author: string) => messages.filter((one) => one.author === author).length;
    expect(await counter.countMany(ctx, ["all", "likes", ...AUTHORS])).toEqual({
      all: messages.length,
      likes: shown.reduce((sum, { likes }) => sum + likes, 0),
      ...Object.fromEntries(AUTHORS.map((author) => [author, by(author)])),
    });
  });
}

const start = ({ run, backfills }: App) =>
  run(async (ctx) => {
    for (const backfill of backfills) await backfill.start(ctx);
  });

/** Steps until all are done, with something in between. */
async function step({ run, backfills }: App, between: (round: number) => Promise<unknown>) {
  for (let round = 0; ; round++) {
    const steps = await run(async (ctx) => {
      const done: boolean[] = [];
      for (const backfill of backfills) done.push((await backfill.step(ctx, { batch: 37 })).isDone);
      return done;
    });
    if (steps.every(Boolean)) return;
    await between(round);
  }
}

describe.each([
  { options: {}, size: 1000 },
  { options: { defaultShards: 4 }, size: 200 },
])("a backfill of $size documents into counters with $options", ({ options, size }) => {
  test("counts what is there while documents come, go and change on both sides", async () => {
    const app = setup(options);
    const { run } = app;
    await app.fill(size);
    await start(app);
    const edit = async (ctx: Ctx, changes: [at: number, change: Partial<Message> | null][]) => {
      const messages = await ctx.db.query("messages").take(5000);
      for (const [at, change] of changes) {
        const chosen = messages[Math.floor(at * (messages.length - 1))];
        if (!chosen) continue;
        if (change === null) await ctx.db.delete("messages", chosen._id);
        else await ctx.db.patch("messages", chosen._id, change);
      }
    };
    await step(app, (round) =>
      run(async (ctx) => {
        for (let index = 0; index < 5; index++) await ctx.db.insert("messages", message(index));
        await edit(ctx, [
          [0.05, null],
          [0.5, null],
          [0.95, null],
          [0.1, { likes: 100 + round, author: "ada" }],
          [0.9, { isHidden: round % 2 === 0, author: "bob" }],
        ]);
      }),
    );
    await compare(app);
    await run((ctx) => edit(ctx, [[0.3, null]]));
    await run((ctx) => edit(ctx, [[0.4, { author: "constructor" }]]));
    await compare(app);
  }, 60_000);

  test("that is made twice does not count twice", async () => {
    const app = setup(options);
    await app.fill(100);
    for (let round = 0; round < 2; round++) {
      await start(app);
      await step(app, () => Promise.resolve());
      await compare(app);
    }
  });
});

test("documents created at the same time are counted in the same step", async () => {
  const { counter, run } = setup();
  const backfill = counter.backfill<DataModel, "messages">({
    table: "messages",
    countedIn: "all",
    id: "ties",
  });
  // By mutations that ran at once. In convex-test no two documents are as old as each other.
  const db = tableOf(
    [1, 2, 2, 2, 2, 3].map((_creationTime, index) => ({ _id: `${index}`, _creationTime })),
  );
  const step = () => run((ctx) => backfill.step({ ...ctx, db }, { batch: 2 }));
  await run((ctx) => backfill.start({ ...ctx, db }));
  expect(await step()).toEqual({ counted: 5, isDone: false });
  expect(await step()).toEqual({ counted: 1, isDone: true });
  expect(await run((ctx) => counter.count(ctx, "all"))).toBe(6);
});

/** As much of a database as a backfill reads, with documents of any age. */
function tableOf(docs: { _id: string; _creationTime: number }[]): Ctx["db"] {
  let found = docs;
  const keep = (test: (age: number) => boolean) => {
    found = found.filter(({ _creationTime }) => test(_creationTime));
    return range;
  };
  const range = {
    gt: (_field: string, than: number) => keep((age) => age > than),
    lte: (_field: string, than: number) => keep((age) => age <= than),
    eq: (_field: string, to: number) => keep((age) => age === to),
  };
  const query = {
    order: () => ({ first: () => Promise.resolve(docs.at(-1)) }),
    withIndex: (_name: string, narrow: (q: typeof range) => unknown) => {
      found = docs;
      narrow(range);
      return query;
    },
    take: (count: number) => Promise.resolve(found.slice(0, count)),
  };
  return { query: () => query } as unknown as Ctx["db"];
}

test("a backfill of an empty table is over at once, as is one that was not started", async () => {
  const app = setup();
  const steps = () =>
    app.run(async (ctx) => {
      for (const backfill of app.backfills)
        expect(await backfill.step(ctx)).toEqual({ counted: 0, isDone: true });
    });
  await steps();
  await start(app);
  await steps();
  await compare(app);
});

test("a mutation sees in rows what its own step has counted", async () => {
  const { run, counter, backfills, fill } = setup({ defaultShards: 4 });
  await fill(3);
  await run(async (ctx) => {
    await backfills[0]?.start(ctx);
    await backfills[0]?.step(ctx);
    expect(await counter.snapshotCount(ctx, "all")).toBe(3);
  });
  await run(async (ctx) => {
    await backfills[0]?.start(ctx);
    expect(await counter.snapshotCount(ctx, "all")).toBe(0);
  });
});

describe("backfills of one table", () => {
  const table = "messages";
  const invalidId = expect.objectContaining({
    data: expect.objectContaining({ code: "INVALID_COUNTER", field: "id" }),
  });
  const make = (
    counter: ShardedCounter,
    more: Pick<Parameters<typeof counter.backfill<DataModel, "messages">>[0], "id" | "names">,
  ) => counter.backfill<DataModel, "messages">({ table, countedIn: () => "any", ...more });

  test("are told apart by what they count in, or by an id", () => {
    const counter = new ShardedCounter(component);
    const ids = [{ names: ["a", "b"] }, { names: ["c"] }, { id: "d" }].map(
      (more) => make(counter, more).id,
    );
    expect(ids).toEqual(["messages:a", "messages:c", "d"]);
  });

  test("are refused if nothing tells them apart", () => {
    const counter = new ShardedCounter(component);
    make(counter, { names: ["a"] });
    for (const more of [{}, { names: [] }, { names: ["a", "b"] }, { id: "messages:a" }])
      expect(() => make(counter, more)).toThrow(invalidId);
  });

  test.each(["", "é".repeat(129)])("are refused the id %j", (id) => {
    expect(() => make(new ShardedCounter(component), { id })).toThrow(invalidId);
  });
});

test.each([0, 1.5, 1001, NaN])("a batch of %d documents is refused", async (batch) => {
  const { run, backfills } = setup();
  await expect(run(async (ctx) => backfills[0]?.step(ctx, { batch }))).rejects.toMatchObject({
    data: { code: "INVALID_COUNTER", field: "batch" },
  });
});
