import { useState } from "react";
import { PageHeader } from "../layout/PageHeader.js";
import { Panel } from "../parts/Panel.js";
import { Snippet } from "../parts/Snippet.js";
import { AuthorPicker } from "./rateLimiter/AuthorPicker.js";
import type { Author } from "./rateLimiter/authors.js";
import { BurstForm } from "./rateLimiter/BurstForm.js";
import { MessageList } from "./rateLimiter/MessageList.js";
import { ResetButton } from "./rateLimiter/ResetButton.js";
import { SendForm } from "./rateLimiter/SendForm.js";
import { SharedWindow } from "./rateLimiter/SharedWindow.js";
import { TokenChart } from "./rateLimiter/TokenChart.js";
import { TokenHistory } from "./rateLimiter/tokenHistory.js";

const FILE = "rateLimiter.ts";

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
        actions={<ResetButton />}
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
        <TokenChart author={author} history={history} />
        <MessageList />
      </div>
      <section className="code" aria-labelledby="code-title">
        <h2 id="code-title">The code behind this page</h2>
        <Snippet file={FILE} region="define">
          The limits, by name. Both kinds cost the same.
        </Snippet>
        <Snippet file={FILE} region="limit">
          Both limits in one mutation: when the second refuses, the first gets its token back.
        </Snippet>
        <Snippet file={FILE} region="hook">
          What <code>useRateLimit</code> needs to show a limit live.
        </Snippet>
      </section>
    </>
  );
}

function createHistories(): Record<Author, TokenHistory> {
  return { Ada: new TokenHistory(), Grace: new TokenHistory(), Edsger: new TokenHistory() };
}
