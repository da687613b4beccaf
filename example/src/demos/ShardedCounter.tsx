import { api } from "../../convex/_generated/api.js";
import { PageHeader } from "../layout/PageHeader.js";
import { ResetButton } from "../parts/ResetButton.js";
import { Snippet } from "../parts/Snippet.js";
import { ClickPanel } from "./shardedCounter/ClickPanel.js";
import { CrowdPanel } from "./shardedCounter/CrowdPanel.js";
import { PaymentPanel } from "./shardedCounter/PaymentPanel.js";
import { ReadsPanel } from "./shardedCounter/ReadsPanel.js";
import { StockPanel } from "./shardedCounter/StockPanel.js";
import { StormPanel } from "./shardedCounter/StormPanel.js";
import { ViewsPanel } from "./shardedCounter/ViewsPanel.js";

/** The page of the sharded counter: click, here and in other tabs, and compare. */
export function ShardedCounter() {
  return (
    <>
      <PageHeader
        title="Sharded counter"
        packageName="@convex-suite/sharded-counter"
        actions={
          <ResetButton mutation={api.shardedCounter.reset} done="Everything is at 0 again." />
        }
      >
        Every click appends to a log and conflicts with nothing, however many come at once. Open
        this page in several tabs: they show the same number, exact to the last click.
      </PageHeader>
      <div className="counter-stage">
        <ClickPanel />
        <StormPanel />
        <ReadsPanel />
      </div>
      <section className="lab" aria-labelledby="more-title">
        <div className="section-title">
          <h2 id="more-title">More than a number that grows</h2>
          <p className="hint">
            Bounds that hold, things that count once, and what happened when: all in the same
            transaction as the rest of a mutation.
          </p>
        </div>
        <div className="counter-lab">
          <StockPanel />
          <PaymentPanel />
          <CrowdPanel />
          <ViewsPanel />
        </div>
      </section>
      <Code />
    </>
  );
}

function Code() {
  return (
    <section className="code" aria-labelledby="code-title">
      <h2 id="code-title">The code behind this page</h2>
      <Snippet file="shardedCounter.ts" region="define">
        One instance. Without options, every name is in the log.
      </Snippet>
      <Snippet file="shardedCounter.ts" region="add">
        One blind insert per click, and a count that reads the last few of them.
      </Snippet>
      <Snippet file="shardedCounter.ts" region="hook">
        What <code>useCount</code> needs to show a counter live.
      </Snippet>
      <Snippet file="shardedCounterLab.ts" region="storm">
        The storm: clicks that start together, and what became of them.
      </Snippet>
      <Snippet file="shardedCounterLab.ts" region="reads">
        How the documents read by a count are measured.
      </Snippet>
      <Snippet file="shardedCounter.ts" region="bounded">
        A ticket, if there is one.
      </Snippet>
      <Snippet file="shardedCounterLab.ts" region="crowd">
        Unique visitors.
      </Snippet>
      <Snippet file="shardedCounterLab.ts" region="views">
        A history, beside what was brought along.
      </Snippet>
      <Snippet file="shardedCounter.ts" region="once">
        A webhook that counts once.
      </Snippet>
    </section>
  );
}
