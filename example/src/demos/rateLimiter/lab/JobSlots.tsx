import { useMutation } from "convex/react";
import type { FunctionReturnType } from "convex/server";
import type { CSSProperties } from "react";
import { api } from "../../../../convex/_generated/api.js";
import { describeError } from "../../../backend/describeError.js";
import { useCall } from "../../../backend/useCall.js";
import { Notice } from "../../../parts/Notice.js";
import { formatWait } from "../../../parts/formatWait.js";
import { useTick } from "../../../useTick.js";
import { THIS_TAB } from "./thisTab.js";

/** The jobs of a limit. */
export type JobList = FunctionReturnType<typeof api.rateLimiterJobs.list>;

type Job = JobList["jobs"][number];

const TICK_MS = 100;

/** The leases: who has each, and for how long. */
export function JobSlots({
  list: { most, leaseMs, jobs },
  onFinished,
}: {
  list: JobList;
  /** The button that was pressed is gone. */
  onFinished: () => void;
}) {
  const now = Date.now();
  const running = jobs.filter(({ expiresAt }) => expiresAt > now);
  useTick(running.length > 0 ? TICK_MS : null);
  const free = Math.max(0, most - running.length);
  return (
    <ul className="slots" aria-label={`${running.length} of ${most} leases are held`}>
      {running.map((job) => (
        <RunningJob
          key={job._id}
          job={job}
          leftMs={job.expiresAt - now}
          leaseMs={leaseMs}
          onFinished={onFinished}
        />
      ))}
      {Array.from({ length: free }, (_, index) => (
        <li key={index} className="slot slot-free">
          Free
        </li>
      ))}
    </ul>
  );
}

function RunningJob({
  job: { _id, holder },
  leftMs,
  leaseMs,
  onFinished,
}: {
  job: Job;
  leftMs: number;
  leaseMs: number;
  onFinished: () => void;
}) {
  const renewing = useCall(useMutation(api.rateLimiterJobs.renew));
  const finishing = useCall(useMutation(api.rateLimiterJobs.finish));
  const failed = [renewing.state, finishing.state].find(({ phase }) => phase === "failed");
  const finish = async () => {
    const { phase } = await finishing.run({ job: _id });
    if (phase === "done") onFinished();
  };
  const name = holder === THIS_TAB ? "This tab" : holder;
  return (
    <li className="slot" style={{ "--left": Math.min(1, leftMs / leaseMs) } as CSSProperties}>
      <span className="slot-holder">{name}</span>
      <span className="countdown">{formatWait(leftMs)}</span>
      <button type="button" className="button" onClick={() => void renewing.run({ job: _id })}>
        Renew
      </button>
      <button type="button" className="button" onClick={() => void finish()}>
        Finish
      </button>
      {failed?.phase === "failed" && <Notice>{describeError(failed.error)}</Notice>}
    </li>
  );
}
