import { describeError } from "../../../backend/describeError.js";
import { siteUrl } from "../../../backend/siteUrl.js";
import { useCall, type CallState } from "../../../backend/useCall.js";
import { HeaderList } from "../../../parts/HeaderList.js";
import { Notice } from "../../../parts/Notice.js";
import { Panel } from "../../../parts/Panel.js";
import { Progress } from "../../../parts/Progress.js";
import { callApi, type ApiAnswer } from "./callApi.js";

/** An HTTP action that limits by address, and tells clients where they stand. */
export function HttpSection() {
  return (
    <section className="lab" aria-labelledby="http-title">
      <div className="section-title">
        <h2 id="http-title">Over HTTP</h2>
        <p className="hint">
          5 requests in any 10 seconds and 1000 a month for each address, both or none, and headers
          that clients understand.
        </p>
      </div>
      {siteUrl === null ? (
        <Notice>
          VITE_CONVEX_SITE_URL is not set to the address of the HTTP actions. <code>npm start</code>{" "}
          and <code>npm run dev</code> set it; on a self-hosted backend, put it into{" "}
          <code>example/.env.local</code>.
        </Notice>
      ) : (
        <HttpPanel url={`${siteUrl}/api/limited`} />
      )}
    </section>
  );
}

function HttpPanel({ url }: { url: string }) {
  const { state, run } = useCall(callApi);
  const isCalling = state.phase === "running";
  return (
    <Panel title="GET /api/limited" heading="h3" className="http-panel">
      <div className="http-request">
        <code>curl -i {url}</code>
        <button
          type="button"
          className="button primary"
          aria-disabled={isCalling}
          onClick={() => void (isCalling || run(url))}
        >
          Send a request
        </button>
      </div>
      <div className="answer http-answer" aria-live="polite">
        <Answer state={state} />
      </div>
      <dl className="facts http-facts">
        <div>
          <dt>RateLimit-Policy</dt>
          <dd>
            The limits: <code>q</code> requests in <code>w</code> seconds.
          </dd>
        </div>
        <div>
          <dt>RateLimit</dt>
          <dd>
            Of each, <code>r</code> are left; after <code>t</code> seconds a refused request is
            granted, or all of them are back.
          </dd>
        </div>
        <div>
          <dt>Retry-After</dt>
          <dd>With a 429: the seconds until the same request is granted.</dd>
        </div>
      </dl>
    </Panel>
  );
}

function Answer({ state }: { state: CallState<ApiAnswer> }) {
  switch (state.phase) {
    case "idle":
      return <span className="hint">Send six in a row.</span>;
    case "running":
      return <Progress label="Sending" />;
    case "failed":
      return <Notice>{describeError(state.error)}</Notice>;
    case "done": {
      const { status, body, headers } = state.result;
      return (
        <>
          <p>
            <span className={status === 200 ? "granted" : "refused"}>{status}</span> {body}
          </p>
          <HeaderList headers={headers} />
        </>
      );
    }
  }
}
