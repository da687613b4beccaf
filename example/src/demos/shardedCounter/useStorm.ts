import { useAction } from "convex/react";
import { useCallback, useState } from "react";
import { api } from "../../../convex/_generated/api.js";
import { useCall, type CallState } from "../../backend/useCall.js";

export type Where = "log" | "rows";

/** How far the clicks to one place have come. */
export interface Lane {
  sent: number;
  slowestMs: number;
  /** Known when all were sent. */
  end: { tookMs: number; counted: number } | null;
}

export interface StormRun {
  /** Null before the first. */
  id: string | null;
  clicks: number;
  lanes: Record<Where, Lane>;
}

/** What one action sends. */
const PART = 20;
const SENDERS = 4;

/** So many are under way at any time. More would wait in line, and all subscriptions behind them. */
export const AT_ONCE = PART * SENDERS;

const NOTHING: Lane = { sent: 0, slowestMs: 0, end: null };
const NO_STORM: StormRun = { id: null, clicks: 0, lanes: { log: NOTHING, rows: NOTHING } };

/** Sends clicks to the log and then as many to rows, so that the two do not slow each other down. */
export function useStorm(): {
  storm: StormRun;
  state: CallState<void>;
  send: (clicks: number) => Promise<unknown>;
} {
  const [storm, setStorm] = useState(NO_STORM);
  const sendPart = useAction(api.shardedCounterLab.storm);
  const ask = useAction(api.shardedCounterLab.verdict);
  const sendAll = useCallback(
    async (clicks: number) => {
      const id = Math.random().toString(36).slice(2);
      setStorm({ ...NO_STORM, id, clicks });
      const change = (where: Where, next: (lane: Lane) => Lane) =>
        setStorm(({ lanes, ...rest }) => ({
          ...rest,
          lanes: { ...lanes, [where]: next(lanes[where]) },
        }));
      for (const where of ["log", "rows"] as const) {
        const began = performance.now();
        await sendInParts(clicks, async (part) => {
          const answer = await sendPart({ where, storm: id, clicks: part });
          change(where, (lane) => withPart(lane, answer));
        });
        const tookMs = performance.now() - began;
        const counts = await ask({ storm: id });
        change(where, (lane) => ({ ...lane, end: { tookMs, counted: counts[where] } }));
      }
    },
    [sendPart, ask],
  );
  const { state, run } = useCall(sendAll);
  return { storm, state, send: run };
}

function withPart(lane: Lane, { sent, slowestMs }: { sent: number; slowestMs: number }): Lane {
  return { ...lane, sent: lane.sent + sent, slowestMs: Math.max(lane.slowestMs, slowestMs) };
}

/** Each sender takes the next part when it is done with one. */
async function sendInParts(clicks: number, send: (part: number) => Promise<void>): Promise<void> {
  const parts = Array.from({ length: Math.ceil(clicks / PART) }, (_, index) =>
    Math.min(PART, clicks - index * PART),
  );
  const sender = async () => {
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) await send(part);
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
}
