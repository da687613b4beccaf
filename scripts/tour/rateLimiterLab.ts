import type { FunctionArgs } from "convex/server";
import { api } from "../../example/convex/_generated/api.js";
import type { TourApp, TourStep } from "./step.ts";

type LimitName = FunctionArgs<typeof api.rateLimiterLab.burst>["name"];

const whose = "everybody";

async function burst({ http }: TourApp, name: LimitName, calls: number): Promise<string> {
  const answer = await http.action(api.rateLimiterLab.burst, { name, whose, calls });
  return `${answer.granted} granted, ${answer.refused} refused`;
}

async function startJob({ http }: TourApp): Promise<string> {
  const { ok } = await http.mutation(api.rateLimiterJobs.start, { whose, holder: "tour" });
  return ok ? "started" : "refused";
}

/** Six at once of a client that may send five, and what the one that is refused is told. */
async function requestSix({ siteUrl }: TourApp): Promise<string> {
  const url = new URL("/api/limited", siteUrl);
  const responses = await Promise.all(Array.from({ length: 6 }, () => fetch(url)));
  const refused = responses.filter(({ status }) => status === 429);
  const granted = responses.filter(({ status }) => status === 200);
  const told = ["RateLimit", "RateLimit-Policy", "Retry-After"].filter((header) =>
    refused.every(({ headers }) => headers.has(header)),
  );
  return `${granted.length} × 200, ${refused.length} × 429 with ${told.join(", ")}`;
}

/** What the other kinds, modes and operations promise. The limits were reset before. */
export const labSteps: TourStep[] = [
  {
    asked: "500 calls in one mutation of a concurrent limit of 3",
    expected: "3 granted, 497 refused",
    see: async ({ http }) => {
      const answer = await http.mutation(api.rateLimiterLab.burstInOneMutation, {
        name: "hotKey",
        whose,
        calls: 500,
      });
      return `${answer.granted} granted, ${answer.refused} refused`;
    },
  },
  {
    asked: "limitAll of that limit and a full one",
    expected: "refused by hotKey, 10 of 10 left of the other",
    see: async ({ http }) => {
      const names: LimitName[] = ["slidingLog", "hotKey"];
      const { ok, limitedBy } = await http.mutation(api.rateLimiterLab.callAll, { names, whose });
      const { value } = await http.query(api.rateLimiterLab.getLimit, { name: "slidingLog" });
      return `${ok ? "granted" : `refused by ${limitedBy.join()}`}, ${value} of 10 left of the other`;
    },
  },
  {
    asked: "a burst of 12 on a sliding log of 10",
    expected: "10 granted, 2 refused",
    see: (app) => burst(app, "slidingLog", 12),
  },
  {
    asked: "a burst of 12 on a sliding window of 10 in 4 shards",
    expected: "10 granted, 2 refused",
    see: (app) => burst(app, "slidingWindowShards", 12),
  },
  {
    asked: "a burst of 12 on 10 per minute of the calendar",
    expected: "10 granted, 2 refused",
    see: (app) => burst(app, "calendar", 12),
  },
  {
    asked: "a fixed window that is blocked, then unblocked",
    expected: "0 granted, 1 refused, then 1 granted, 0 refused",
    see: async (app) => {
      const limit = { name: "fixedWindow", whose } as const;
      await app.http.mutation(api.rateLimiterLab.block, limit);
      const blocked = await burst(app, limit.name, 1);
      await app.http.mutation(api.rateLimiterLab.unblock, limit);
      return `${blocked}, then ${await burst(app, limit.name, 1)}`;
    },
  },
  {
    asked: "4 jobs for 3 leases, and a 5th when one is done",
    expected: "started, started, started, refused, started",
    see: async (app) => {
      const outcomes: string[] = [];
      for (let job = 0; job < 4; job++) outcomes.push(await startJob(app));
      const { jobs } = await app.http.query(api.rateLimiterJobs.list, { key: whose });
      const [job] = jobs;
      if (job) await app.http.mutation(api.rateLimiterJobs.finish, { job: job._id });
      return [...outcomes, await startJob(app)].join(", ");
    },
  },
  {
    asked: "6 HTTP requests from one address that may send 5",
    expected: "5 × 200, 1 × 429 with RateLimit, RateLimit-Policy, Retry-After",
    see: requestSix,
  },
];
