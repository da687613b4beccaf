import { ShardedCounter, type CounterOptions } from "@convex-suite/sharded-counter";
import { Triggers } from "convex-helpers/server/triggers";
import {
  defineSchema,
  defineTable,
  mutationGeneric,
  queryGeneric,
  type DataModelFromSchemaDefinition,
  type GenericMutationCtx,
} from "convex/server";
import { v, type Infer } from "convex/values";
import { components } from "./counterApp.ts";

export const blogSchema = defineSchema({
  posts: defineTable({ topic: v.string(), likes: v.number() }),
  starts: defineTable({}),
});

type DataModel = DataModelFromSchemaDefinition<typeof blogSchema>;
type Ctx = GenericMutationCtx<DataModel>;

export const TOPICS = ["art", "biology", "chess"] as const;

const vWrite = v.object({
  /** Missing for a new post. */
  id: v.optional(v.id("posts")),
  /** Missing to delete it. */
  post: v.optional(v.object({ topic: v.string(), likes: v.number() })),
});

async function write({ db }: Ctx, { id, post }: Infer<typeof vWrite>): Promise<void> {
  if (id === undefined) {
    if (post) await db.insert("posts", post);
  } else if (await db.get(id)) {
    if (post) await db.patch(id, post);
    else await db.delete(id);
  }
}

/** What can be seen of it at one moment. */
export interface Blog {
  posts: DataModel["posts"]["document"][];
  counts: Record<string, number>;
  progress: { countedUntil: number; cutoff: number } | null;
  isStarted: boolean;
}

/** An app that counts the likes of its posts by their topics; `writeUncounted` is of the time before. */
export function blogApp(options: CounterOptions) {
  const counter = new ShardedCounter<string>(components.shardedCounter, options);
  const backfill = counter.backfill<DataModel, "posts">({
    table: "posts",
    countedIn: ({ topic }) => topic,
    sum: ({ likes }) => likes,
    names: TOPICS,
  });
  const triggers = new Triggers<DataModel, Ctx>();
  triggers.register("posts", backfill.gate);
  return {
    writeUncounted: mutationGeneric({ args: vWrite, handler: (ctx, args) => write(ctx, args) }),
    write: mutationGeneric({
      args: vWrite,
      handler: (ctx, args) => write(triggers.wrapDB(ctx), args),
    }),
    start: mutationGeneric({
      args: {},
      handler: async (ctx) => {
        await backfill.start(ctx);
        await ctx.db.insert("starts", {});
      },
    }),
    step: mutationGeneric({
      args: { batch: v.number() },
      handler: (ctx, { batch }) => backfill.step(ctx, { batch }),
    }),
    sweep: mutationGeneric({ args: {}, handler: (ctx) => counter.sweep(ctx) }),
    look: queryGeneric({
      args: {},
      handler: async (ctx): Promise<Blog> => ({
        posts: (await ctx.db.query("posts").collect()) as Blog["posts"],
        counts: await counter.countMany(ctx, TOPICS),
        progress: await ctx.runQuery(components.shardedCounter.backfills.progress, {
          id: backfill.id,
        }),
        isStarted: (await ctx.db.query("starts").first()) !== null,
      }),
    }),
  };
}

/** What is counted wrong; null for nothing. */
export function miscounted({ posts, counts, progress, isStarted }: Blog): string | null {
  if (!isStarted) return null;
  const isCounted = ({ _creationTime }: { _creationTime: number }) =>
    progress === null || _creationTime <= progress.countedUntil || _creationTime > progress.cutoff;
  for (const topic of TOPICS) {
    const counted = posts.filter((post) => post.topic === topic && isCounted(post));
    const likes = counted.reduce((sum, post) => sum + post.likes, 0);
    if (counts[topic] !== likes) return `${topic}: counted ${counts[topic]} of ${likes} likes`;
  }
  return null;
}
