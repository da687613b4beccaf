import { useState } from "react";
import { api } from "../../convex/_generated/api.js";
import { PageHeader } from "../layout/PageHeader.js";
import { Panel } from "../parts/Panel.js";
import { ResetButton } from "../parts/ResetButton.js";
import { Snippet } from "../parts/Snippet.js";
import { AuthorPicker } from "./rateLimiter/AuthorPicker.js";
import type { Author } from "./rateLimiter/authors.js";
import { BurstForm } from "./rateLimiter/BurstForm.js";
import { HttpSection } from "./rateLimiter/http/HttpSection.js";
import { Lab } from "./rateLimiter/lab/Lab.js";
import { MessageList } from "./rateLimiter/MessageList.js";
import { SendForm } from "./rateLimiter/SendForm.js";
import { SharedWindow } from "./rateLimiter/SharedWindow.js";
import { TokenChart } from "./rateLimiter/TokenChart.js";
import { TokenHistory } from "./rateLimiter/tokenHistory.js";

/** The page of the rate limiter: send messages until the limits say no. */
export function RateLimiter() {
  const [author, setAuthor] = useState<Author>("Ada");
  const [histories] = useState(createHistories);
  const history = histories[author];
  return (
    <>
      <PageHeader
        title="Rate limiter"
        packageName="@convex-suite/rate-limiter"
        actions={<ResetButton mutation={api.rateLimiter.reset} done="Every limit is full again." />}
      >
        A message needs a token of its author’s bucket and one of the window everybody shares, taken
        in one transaction. Refills are computed in your browser by the server’s own arithmetic:
        only what somebody consumes comes over the wire.
      </PageHeader>
      <div className="stage">
        <AuthorPicker chosen={author} onChoose={setAuthor} histories={histories} />
        <SharedWindow />
        <Panel title={`Send as ${author}`} className="send-panel">
          {/* Keyed by author: an answer belongs to whoever got it. */}
          <SendForm key={`send ${author}`} author={author} history={history} />
          <BurstForm key={`burst ${author}`} author={author} history={history} />
        </Panel>
        <TokenChart title={`${author}’s tokens`} history={history} />
        <MessageList />
      </div>
      <Lab />
      <HttpSection />
      <Code />
    </>
  );
}

function createHistories(): Record<Author, TokenHistory> {
  return { Ada: new TokenHistory(), Grace: new TokenHistory(), Edsger: new TokenHistory() };
}

function Code() {
  return (
    <section className="code" aria-labelledby="code-title">
      <h2 id="code-title">The code behind this page</h2>
      <Snippet file="rateLimiter.ts" region="define">
        The limits, by name. Both kinds cost the same.
      </Snippet>
      <Snippet file="rateLimiter.ts" region="limit">
        Both limits in one mutation: when the second refuses, the first gets its token back.
      </Snippet>
      <Snippet file="rateLimiter.ts" region="hook">
        What <code>useRateLimit</code> needs to show a limit live.
      </Snippet>
      <Snippet file="rateLimiterLab.ts" region="kinds">
        Every kind of limit.
      </Snippet>
      <Snippet file="rateLimiterLab.ts" region="modes">
        The same limits for keys that many callers share.
      </Snippet>
      <Snippet file="rateLimiterLab.ts" region="limitAll">
        Several limits that have to agree, in one call of the component.
      </Snippet>
      <Snippet file="rateLimiterJobs.ts" region="leases">
        Leases: jobs that start, go on and finish.
      </Snippet>
      <Snippet file="http.ts" region="limited">
        An HTTP action that limits by address and answers 429 with headers.
      </Snippet>
    </section>
  );
}
