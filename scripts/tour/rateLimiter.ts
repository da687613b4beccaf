import { setTimeout as sleep } from "node:timers/promises";
import { ConvexError } from "convex/values";
import { api } from "../../example/convex/_generated/api.js";
import { labSteps } from "./rateLimiterLab.ts";
import type { Tour, TourApp } from "./step.ts";

const MINUTE_MS = 60_000;
const TOUR_MS = 20_000;
const LIVE_MS = 5_000;

/** Sends one message and words the outcome. */
async function send({ http }: TourApp, author: string, body = "On tour"): Promise<string> {
  try {
    await http.mutation(api.rateLimiter.send, { author, body });
    return "granted";
  } catch (error) {
    if (!(error instanceof ConvexError)) throw error;
    const { code, name, retryAfter } = error.data as Record<string, string | number>;
    if (code !== "RATE_LIMITED") return `${code}`;
    const soon = Number(retryAfter) >= 1 && Number(retryAfter) <= 6_000;
    return `refused by ${name}, retry ${soon ? "within 6 s" : `after ${retryAfter} ms`}`;
  }
}

/** The shared limit counts by the minute: a tour across the turn of one would count in two. */
async function startEarlyInTheMinute(): Promise<void> {
  const leftMs = MINUTE_MS - (Date.now() % MINUTE_MS);
  if (leftMs < TOUR_MS) await sleep(leftMs);
}

/** Resolves when a subscription first shows a message with this body. */
function shown({ live }: TourApp, body: string): Promise<string> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish("not shown"), LIVE_MS);
    const unsubscribe = live.onUpdate(api.rateLimiter.messages, {}, (messages) => {
      if (messages.some((message) => message.body === body)) finish("shown live");
    });
    const finish = (outcome: string) => {
      clearTimeout(timer);
      unsubscribe();
      resolve(outcome);
    };
  });
}

export const rateLimiterTour: Tour = {
  component: "rate-limiter",
  steps: [
    {
      asked: "reset, then list messages",
      expected: "0 messages",
      see: async ({ http }) => {
        await startEarlyInTheMinute();
        await http.mutation(api.rateLimiter.reset, {});
        return `${(await http.query(api.rateLimiter.messages, {})).length} messages`;
      },
    },
    {
      asked: "5 messages by Ada, whose bucket holds 5",
      expected: "granted, granted, granted, granted, granted",
      see: async (app) => {
        const outcomes: string[] = [];
        for (let call = 0; call < 5; call++) outcomes.push(await send(app, "Ada"));
        return outcomes.join(", ");
      },
    },
    {
      asked: "a 6th message by Ada",
      expected: "refused by sendMessage, retry within 6 s",
      see: (app) => send(app, "Ada"),
    },
    {
      asked: "a message by Grace, who has a bucket of her own",
      expected: "granted",
      see: (app) => send(app, "Grace"),
    },
    {
      asked: "a burst of 20 concurrent calls by Edsger",
      expected: "5 granted, 15 refused by sendMessage",
      see: async ({ http }) => {
        const { granted, refused } = await http.action(api.rateLimiter.burst, {
          author: "Edsger",
          calls: 20,
        });
        return `${granted} granted, ${refused.sendMessage ?? 0} refused by sendMessage`;
      },
    },
    {
      asked: "what the shared window of 30 has left after 11 messages",
      expected: "19 of 30",
      see: async ({ http }) => {
        const { value, config } = await http.query(api.rateLimiter.getSharedLimit, {});
        return `${value} of ${config.capacity}`;
      },
    },
    {
      asked: "a message sent while subscribed to the list",
      expected: "granted, shown live",
      see: async (app) => {
        const body = `Live at ${Date.now()}`;
        const seen = shown(app, body);
        return `${await send(app, "Grace", body)}, ${await seen}`;
      },
    },
    {
      asked: "a key of 2 KiB",
      expected: "INVALID_RATE_LIMIT",
      see: (app) => send(app, "A".repeat(2048)),
    },
    ...labSteps,
    {
      asked: "reset, then a message by Ada",
      expected: "granted",
      see: async (app) => {
        await app.http.mutation(api.rateLimiter.reset, {});
        return send(app, "Ada");
      },
    },
  ],
};
