import { ConvexError } from "convex/values";
import { api } from "../../example/convex/_generated/api.js";
import type { Tour, TourApp } from "./step.ts";

/** What a counter is asked, and how the answer is worded. */
async function outcome(asked: () => Promise<unknown>): Promise<string> {
  try {
    return `${await asked()}`;
  } catch (error) {
    if (!(error instanceof ConvexError)) throw error;
    return (error.data as { code: string }).code;
  }
}

/** Buys tickets for so many buyers at once, and says how many of them got one. */
async function buy({ http }: TourApp, buyers: number): Promise<number> {
  const bought = await Promise.all(
    Array.from({ length: buyers }, () => http.mutation(api.shardedCounter.buy, { tickets: 1 })),
  );
  return bought.filter(Boolean).length;
}

/** Clicks that start at once, and how many of those that were sent a count does not hold. */
async function storm({ http }: TourApp, where: "log" | "rows") {
  const name = { storm: `tour ${Date.now()}` };
  const { sent } = await http.action(api.shardedCounterLab.storm, { where, clicks: 100, ...name });
  const counts = await http.query(api.shardedCounterLab.stormCounts, name);
  return { sent, lost: sent - counts[where] };
}

export const shardedCounterTour: Tour = {
  component: "sharded-counter",
  steps: [
    {
      asked: "reset, then a storm of 100 clicks at once",
      expected: "100 counted",
      see: async ({ http }) => {
        await http.mutation(api.shardedCounter.reset, {});
        return `${await http.action(api.shardedCounter.storm, { clicks: 100 })} counted`;
      },
    },
    {
      asked: "a storm of 100 in the log, and one in rows",
      expected: "100 sent, 0 lost; 0 lost",
      see: async (app) => {
        const log = await storm(app, "log");
        // Rows conflict: a deployment may refuse some of so many at once.
        const rows = await storm(app, "rows");
        return `${log.sent} sent, ${log.lost} lost; ${rows.lost} lost`;
      },
    },
    {
      asked: "the clicks of the last 24 hours, by the hour",
      expected: "25 hours, 200 in the end",
      see: async ({ http }) => {
        const hours = await http.query(api.shardedCounter.clicksByHour, { now: Date.now() });
        return `${hours.length} hours, ${hours.at(-1)?.total} in the end`;
      },
    },
    {
      asked: "30 buyers at once for 20 tickets",
      expected: "20 sold, 0 left",
      see: async (app) => {
        const sold = await buy(app, 30);
        return `${sold} sold, ${await app.http.query(api.shardedCounter.ticketsLeft, {})} left`;
      },
    },
    {
      asked: "100 people who come twice",
      expected: "200 visits, 100 unique",
      see: async ({ http }) => {
        for (let time = 0; time < 2; time++)
          await http.mutation(api.shardedCounterLab.welcome, { people: 50 });
        const { visits, unique } = await http.query(api.shardedCounterLab.crowd, {});
        return `${visits} visits, ${unique} unique`;
      },
    },
    {
      asked: "a payment that is told of three times",
      expected: "true false false, 25 paid",
      see: async ({ http }) => {
        const told = { eventId: `tour ${Date.now()}`, amount: 25 };
        const first: boolean[] = [];
        for (let time = 0; time < 3; time++)
          first.push(await http.mutation(api.shardedCounter.webhook, told));
        return `${first.join(" ")}, ${await http.query(api.shardedCounter.payments, {})} paid`;
      },
    },
    {
      asked: "a post that moves from one topic to another",
      expected: "topic:convex 1, then topic:counting 1",
      see: async ({ http }) => {
        const topics = async () =>
          (await http.query(api.shardedCounter.topics, {}))
            .map(({ name, count }) => `${name} ${count}`)
            .join(", ");
        const id = await http.mutation(api.shardedCounter.post, { topic: "convex", title: "Tour" });
        const before = await topics();
        await http.mutation(api.shardedCounter.move, { id, topic: "counting" });
        return `${before}, then ${await topics()}`;
      },
    },
    {
      asked: "100 increments and rebalances over 3 rows",
      expected: "100",
      see: ({ http }) =>
        outcome(() => http.mutation(api.shardedCounter.rebalanced, { times: 100 })),
    },
    {
      asked: "a payment of NaN",
      expected: "INVALID_COUNTER",
      see: ({ http }) =>
        outcome(() => http.mutation(api.shardedCounter.webhook, { eventId: "nan", amount: NaN })),
    },
  ],
};
