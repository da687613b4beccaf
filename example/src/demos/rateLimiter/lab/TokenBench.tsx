import { useRateLimit } from "@convex-suite/rate-limiter/react";
import { useQuery } from "convex/react";
import { useState } from "react";
import { api } from "../../../../convex/_generated/api.js";
import { HeaderList } from "../../../parts/HeaderList.js";
import { Panel } from "../../../parts/Panel.js";
import { TokenChart } from "../TokenChart.js";
import type { TokenHistory } from "../tokenHistory.js";
import { useRecording } from "../useRecording.js";
import type { LimitName, Whose } from "./catalog.js";
import { LimitButtons } from "./LimitButtons.js";
import { LimitGauge } from "./LimitGauge.js";
import { LimitBurst } from "./LimitBurst.js";

/** The limit that calls are made of, as the functions of the lab take it. */
export interface Limit {
  name: LimitName;
  whose: Whose;
}

/** A limit that counts tokens: what is left, how to use it up, and what clients are told. */
export function TokenBench({
  title,
  limit,
  limitKey,
  history,
}: {
  title: string;
  limit: Limit;
  limitKey: string;
  history: TokenHistory;
}) {
  const subject = { name: limit.name, key: limitKey };
  const { check } = useRateLimit(api.rateLimiterLab.getLimit, {
    ...subject,
    getServerTimeMutation: api.rateLimiter.getServerTime,
  });
  // The subscription of useRateLimit once more, which costs nothing.
  const stored = useQuery(api.rateLimiterLab.getLimit, subject);
  useRecording(stored, check, history);
  const [headers, setHeaders] = useState<Record<string, string> | null>(null);
  return (
    <>
      <TokenChart title={title} heading="h3" history={history}>
        <LimitGauge check={check} isBlockable={stored?.block !== undefined} />
      </TokenChart>
      <Panel title="Use it up" heading="h3" className="bench-panel">
        <LimitBurst limit={limit} history={history} onHeaders={setHeaders} />
        <LimitButtons limit={limit} />
      </Panel>
      <Panel title="Headers of the last call" heading="h3" className="headers-panel">
        {headers === null ? (
          <p className="empty">
            What <code>rateLimitHeaders</code> makes of a status, for an HTTP response. Make a call.
          </p>
        ) : (
          <HeaderList headers={headers} />
        )}
      </Panel>
    </>
  );
}
