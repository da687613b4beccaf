import { Notice } from "../parts/Notice.js";

/** What is shown when nobody said where the backend is. */
export function NoBackend() {
  return (
    <main className="failure">
      <h1>No backend</h1>
      <Notice>
        VITE_CONVEX_URL is not set to an address. Run <code>npm start</code> in the root of the
        repository, or <code>npm run dev</code> for a real deployment, and open the page it names.
      </Notice>
    </main>
  );
}
