import type { CounterOptions } from "@convex-suite/sharded-counter";
import type { Client } from "../client.ts";
import { blogApp, blogSchema, miscounted, TOPICS, type Blog } from "../models/blog.ts";
import { checkStorage, mounted, sweepAtRest } from "../models/counterApp.ts";
import { app, defineApp, type Scenario } from "../scenario.ts";

const post = ({ choices }: Client) => ({ topic: choices.pick(TOPICS), likes: choices.draw(5) });

/** Something that a client does, knowing the posts. */
async function act(client: Client, posts: Blog["posts"]): Promise<void> {
  const { choices } = client;
  const [first] = posts;
  const id = posts[choices.draw(posts.length)]?._id ?? first?._id;
  const what = choices.pick(["insert", "update", "delete", "step", "step", "start"]);
  if (what === "start") await client.mutation(app.mutation("start"), {});
  else if (what === "step")
    await client.mutation(app.mutation("step"), { batch: 1 + choices.draw(4) });
  else if (what === "delete") await client.mutation(app.mutation("write"), id ? { id } : {});
  else if (what === "insert" || !id)
    await client.mutation(app.mutation("write"), { post: post(client) });
  else await client.mutation(app.mutation("write"), { id, post: post(client) });
}

/** A backfill runs, and is started again, while clients write what it counts. */
function backfill(name: string, options: CounterOptions, faults?: Scenario["faults"]): Scenario {
  return {
    name: `sharded-counter/backfill-${name}`,
    app: defineApp({ schema: blogSchema, functions: blogApp(options), components: mounted() }),
    faults,
    start(simulation) {
      const look = (client: Client): Promise<Blog> => client.query(app.query("look"), {});
      let isDeployed = false;
      simulation.client("before", async (client) => {
        await client.repeat(8, async () => {
          await client.mutation(app.mutation("writeUncounted"), { post: post(client) });
        });
        isDeployed = true;
      });
      const clients = 1 + simulation.choices.draw(3);
      for (let i = 0; i < clients; i += 1) {
        simulation.client(`client ${i}`, async (client) => {
          while (!isDeployed) await client.sleep(1_000);
          await client.repeat(15, async () => {
            await act(client, (await look(client)).posts);
            const wrong = miscounted(await look(client));
            simulation.check(wrong === null, String(wrong));
            await client.sleep(client.choices.draw(client.choices.pick([1, 1_000, 30_000])));
          });
          while ((await look(client)).progress !== null)
            await client.mutation(app.mutation("step"), { batch: 5 });
          const wrong = miscounted(await look(client));
          simulation.check(wrong === null, `in the end, ${wrong}`);
        });
      }
      sweepAtRest(simulation);
      return () => checkStorage(simulation);
    },
  };
}

export const scenarios = [
  backfill("log", {}),
  backfill("shards", { defaultShards: 4 }),
  backfill("with-clock-steps", {}, { clockJump: 0.02 }),
];
