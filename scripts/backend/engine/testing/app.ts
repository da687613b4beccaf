/* eslint-disable no-console -- what functions print is what is tested */
import {
  actionGeneric as action,
  defineSchema,
  defineTable,
  httpActionGeneric as httpAction,
  httpRouter,
  internalMutationGeneric as internalMutation,
  mutationGeneric as mutation,
  paginationOptsValidator,
  queryGeneric as query,
} from "convex/server";
import { ConvexError, v } from "convex/values";
import type { LoadedApp } from "../../app.ts";
import { api, components } from "./api.ts";

/** A small app with one component, as the push server would hand it over. */
export const testApp: LoadedApp = {
  root: {
    path: "",
    schema: defineSchema({
      messages: defineTable({ author: v.string(), body: v.string() }).index("by_author", [
        "author",
      ]),
    }),
    modules: {
      "messages.js": () => Promise.resolve(messages),
      "folder/errors.js": () => Promise.resolve(errors),
      "jobs.js": () => Promise.resolve(jobs),
      "counts.js": () => Promise.resolve(counts),
      "meta.js": () => Promise.resolve(meta),
      "http.js": () => Promise.resolve({ default: router() }),
    },
  },
  components: [
    {
      path: "counter",
      schema: defineSchema({
        counts: defineTable({ name: v.string(), value: v.number() }).index("by_name", ["name"]),
      }),
      modules: { "counts.js": () => Promise.resolve(componentCounts) },
    },
  ],
};

const messages = {
  list: query({
    args: { author: v.string() },
    handler: (ctx, { author }) =>
      ctx.db
        .query("messages")
        .withIndex("by_author", (q) => q.eq("author", author))
        .collect(),
  }),
  page: query({
    args: { paginationOpts: paginationOptsValidator },
    handler: (ctx, { paginationOpts }) =>
      ctx.db.query("messages").withIndex("by_author").paginate(paginationOpts),
  }),
  send: mutation({
    args: { author: v.string(), body: v.string() },
    handler: (ctx, message) => ctx.db.insert("messages", message),
  }),
  remove: mutation({
    args: { id: v.id("messages") },
    handler: (ctx, { id }) => ctx.db.delete(id),
  }),
  sendFromAction: action({
    args: { author: v.string(), body: v.string() },
    handler: async (ctx, message) => {
      await ctx.runMutation(api.messages.send, message);
    },
  }),
  hidden: internalMutation({ args: {}, handler: () => "internal" }),
};

const errors = {
  coded: mutation({
    args: {},
    handler: async (ctx) => {
      await ctx.db.insert("messages", { author: "rolled back", body: "" });
      throw new ConvexError({ code: "NOPE", limit: 3n });
    },
  }),
  codedQuery: query({
    args: {},
    handler: () => {
      throw new ConvexError({ code: "NOPE" });
    },
  }),
  plain: action({
    args: {},
    handler: () => {
      throw new RangeError("out of range");
    },
  }),
};

const jobs = {
  list: query({
    args: {},
    handler: async (ctx) => {
      const all = await ctx.db.system.query("_scheduled_functions").collect();
      return all.map(({ name, state }) => `${name} ${state.kind}`);
    },
  }),
  schedule: mutation({
    args: { name: v.string(), afterMs: v.number(), fail: v.optional(v.boolean()) },
    handler: async (ctx, { name, afterMs, fail }) => {
      const id = await ctx.scheduler.runAfter(afterMs, api.counts.add, { name });
      if (fail === true) throw new Error("rolled back");
      return id;
    },
  }),
  scheduleFailing: mutation({
    args: {},
    handler: (ctx) => ctx.scheduler.runAfter(0, api.folder.errors.coded, {}),
  }),
  scheduleAction: action({
    args: { name: v.string() },
    handler: (ctx, args) => ctx.scheduler.runAfter(0, api.counts.addFromAction, args),
  }),
  cancel: mutation({
    args: { id: v.id("_scheduled_functions") },
    handler: (ctx, { id }) => ctx.scheduler.cancel(id),
  }),
};

/** The app's counts are kept by the component. */
const counts = {
  get: query({
    args: { name: v.string() },
    handler: (ctx, args): Promise<number> => ctx.runQuery(components.counter.counts.get, args),
  }),
  add: mutation({
    args: { name: v.string() },
    handler: (ctx, args): Promise<null> => ctx.runMutation(components.counter.counts.add, args),
  }),
  addFromAction: action({
    args: { name: v.string() },
    handler: async (ctx, args): Promise<null> => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return ctx.runMutation(components.counter.counts.add, args);
    },
  }),
};

const componentCounts = {
  get: query({
    args: { name: v.string() },
    handler: async (ctx, { name }) => {
      const count = await ctx.db
        .query("counts")
        .withIndex("by_name", (q) => q.eq("name", name))
        .unique();
      return (count?.value ?? 0) as number;
    },
  }),
  add: mutation({
    args: { name: v.string() },
    handler: async (ctx, { name }) => {
      const count = await ctx.db
        .query("counts")
        .withIndex("by_name", (q) => q.eq("name", name))
        .unique();
      if (count === null) await ctx.db.insert("counts", { name, value: 1 });
      else await ctx.db.patch(count._id, { value: (count.value as number) + 1 });
      return null;
    },
  }),
};

const meta = {
  talk: mutation({
    args: {},
    handler: () => {
      console.log("hello", { n: 1 });
      console.warn(2);
    },
  }),
  caller: mutation({
    args: {},
    handler: async (ctx) => {
      const { ip, userAgent } = await ctx.meta.getRequestMetadata();
      return { ip, userAgent };
    },
  }),
};

function router() {
  const routes = httpRouter();
  const handler = httpAction(async (ctx, request) => {
    console.log("posted");
    await ctx.runMutation(api.counts.add, { name: await request.text() });
    return new Response("counted", { status: 201, headers: { "x-test": "yes" } });
  });
  routes.route({ path: "/count", method: "POST", handler });
  return routes;
}
