import { DEMOS } from "./demos/registry.js";
import { PageHeader } from "./layout/PageHeader.js";

/** What the suite is, and how to read its pages. */
export function Overview() {
  return (
    <>
      <PageHeader title="Backend components for Convex">
        A component is a package you install into a Convex app: with tables and functions of its
        own, called from yours, in your transactions. Every page here runs one of them live.
      </PageHeader>
      <section aria-labelledby="overview-components">
        <h2 id="overview-components">Components</h2>
        <ul className="cards">
          {DEMOS.map(({ slug, title, packageName, promise }) => (
            <li key={slug} className="card">
              <h3>
                <a href={`#/${slug}`}>{title}</a>
              </h3>
              <p>{promise}</p>
              <code className="package">{packageName}</code>
            </li>
          ))}
        </ul>
      </section>
      <HowToRead />
      <WhereItRuns />
    </>
  );
}

function HowToRead() {
  return (
    <section aria-labelledby="overview-read">
      <h2 id="overview-read">How to read a page</h2>
      <dl className="facts">
        <div>
          <dt>Everything is live</dt>
          <dd>
            Numbers, charts and lists are subscriptions. Open a page in two tabs: what you do in one
            shows in the other.
          </dd>
        </div>
        <div>
          <dt>Buttons call functions</dt>
          <dd>
            Every button runs a mutation or an action of <code>example/convex</code>, as your own
            app would, and shows its answer, refusals included.
          </dd>
        </div>
        <div>
          <dt>The code is the code</dt>
          <dd>
            Snippets are cut from the files that run, not retyped. Change one, and the page follows.
          </dd>
        </div>
        <div>
          <dt>Nothing can break</dt>
          <dd>Reset, on every page, empties what the page shows and forgets what was consumed.</dd>
        </div>
      </dl>
    </section>
  );
}

function WhereItRuns() {
  return (
    <section aria-labelledby="overview-runs">
      <h2 id="overview-runs">Where it runs</h2>
      <dl className="facts">
        <div>
          <dt>
            <code>npm start</code>
          </dt>
          <dd>
            An embedded backend on this machine, with data in memory. The real Convex CLI pushes the
            functions to it; there is nothing to sign up for.
          </dd>
        </div>
        <div>
          <dt>
            <code>npm run dev</code>
          </dt>
          <dd>A real Convex deployment, with your account or a local one. Same app, same pages.</dd>
        </div>
      </dl>
    </section>
  );
}
