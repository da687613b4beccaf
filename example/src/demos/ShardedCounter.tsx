import { optimisticAdd, useCount } from "@convex-suite/sharded-counter/react";
import { useMutation } from "convex/react";
import { api } from "../../convex/_generated/api.js";
import { describeError } from "../backend/describeError.js";
import { useCall } from "../backend/useCall.js";
import { PageHeader } from "../layout/PageHeader.js";
import { Notice } from "../parts/Notice.js";
import { Panel } from "../parts/Panel.js";
import { Snippet } from "../parts/Snippet.js";

const FILE = "shardedCounter.ts";

/** The page of the sharded counter: click, here and in other tabs, and compare. */
export function ShardedCounter() {
  const count = useCount(api.shardedCounter.getCount);
  const click = useMutation(api.shardedCounter.click).withOptimisticUpdate(
    optimisticAdd(api.shardedCounter.getCount, 1),
  );
  const { state, run } = useCall(click);
  return (
    <>
      <PageHeader title="Sharded counter" packageName="@convex-suite/sharded-counter">
        Every click appends to a log and conflicts with nothing. Open this page in several tabs:
        they show the same exact number.
      </PageHeader>
      <div className="stage">
        <Panel title="Clicks" aside={count}>
          <button type="button" className="button" onClick={() => void run({})}>
            Click
          </button>
          {state.phase === "failed" && <Notice>{describeError(state.error)}</Notice>}
        </Panel>
      </div>
      <section className="code" aria-labelledby="code-title">
        <h2 id="code-title">The code behind this page</h2>
        <Snippet file={FILE} region="add">
          One blind insert per click, and a count that reads the last few of them.
        </Snippet>
        <Snippet file={FILE} region="hook">
          What <code>useCount</code> needs to show a counter live.
        </Snippet>
      </section>
    </>
  );
}
