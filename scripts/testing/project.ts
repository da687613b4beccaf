import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A repository like ours with one component and an app that mounts it, in a temporary folder. */
export interface Project {
  root: string;
  /** The app's project folder. */
  exampleFolder: string;
  write(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function createProject(): Promise<Project> {
  const root = await mkdtemp(join(tmpdir(), "convex-suite-project-"));
  const project: Project = {
    root,
    exampleFolder: join(root, "example"),
    async write(path, text) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    },
    remove: (path) => rm(join(root, path), { recursive: true, force: true }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
  await symlink(join(import.meta.dirname, "../../node_modules"), join(root, "node_modules"));
  for (const [path, text] of Object.entries(FILES)) await project.write(path, text);
  return project;
}

const FILES = {
  "example/package.json": `{ "type": "module", "dependencies": { "convex": "*" } }`,
  "example/convex/convex.config.ts": `
    import { defineApp } from "convex/server";
    import counter from "../../components/counter/src/component/convex.config.js";
    const app = defineApp();
    app.use(counter);
    export default app;`,
  "example/convex/schema.ts": `
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";
    export default defineSchema({ messages: defineTable({ body: v.string() }) });`,
  "example/convex/messages.ts": `
    import { query } from "./_generated/server.js";
    export const list = query({
      args: {},
      handler: async (ctx) => (await ctx.db.query("messages").take(10)).map(({ body }) => body),
    });`,
  "example/convex/seed.ts": `
    import { internalMutation } from "./_generated/server.js";
    export default internalMutation({
      args: {},
      handler: async (ctx) => void (await ctx.db.insert("messages", { body: "seeded" })),
    });`,
  "components/counter/src/component/convex.config.ts": `
    import { defineComponent } from "convex/server";
    export default defineComponent("counter");`,
  "components/counter/src/component/counts.ts": `
    import { v } from "convex/values";
    import { internalQuery, mutation } from "./_generated/server.js";
    export const add = mutation({
      args: { name: v.string(), amount: v.number() },
      returns: v.number(),
      handler: async (_ctx, { amount }) => amount + 1,
    });
    export const secret = internalQuery({ args: {}, handler: async () => 7 });`,
};
