import { useEffect, useRef, useState } from "react";
import { DEMOS } from "./demos/registry.js";
import { ErrorBoundary } from "./layout/ErrorBoundary.js";
import { Navigation } from "./layout/Navigation.js";
import { NotFound } from "./layout/NotFound.js";
import { StatusLine } from "./layout/StatusLine.js";
import { ThemeToggle } from "./layout/ThemeToggle.js";
import { Unreachable } from "./layout/Unreachable.js";
import { Overview } from "./Overview.js";
import { useRoute } from "./useRoute.js";

/** The frame around every page: brand, status, navigation, and the page itself. */
export function App({ url }: { url: string }) {
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const [isMenuOpen, setIsMenuOpen] = useState(false);
  useArrival(route, main);
  return (
    <div className="app">
      <a
        className="skip-link"
        href="#main"
        onClick={(event) => {
          // The part of the address behind "#" is the page: following the link would change it.
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the page
      </a>
      <header className="bar">
        <a className="brand" href="#/">
          <BrandMark />
          convex-suite
        </a>
        <StatusLine url={url} />
        <ThemeToggle />
        <button
          type="button"
          className="button menu-button"
          aria-expanded={isMenuOpen}
          aria-controls="navigation"
          onClick={() => setIsMenuOpen(!isMenuOpen)}
        >
          Menu
        </button>
      </header>
      <nav id="navigation" aria-label="Pages" data-open={isMenuOpen || undefined}>
        <Navigation route={route} onNavigate={() => setIsMenuOpen(false)} />
      </nav>
      <main ref={main} id="main" tabIndex={-1}>
        <Unreachable url={url} />
        <ErrorBoundary key={route}>
          <Page route={route} />
        </ErrorBoundary>
      </main>
    </div>
  );
}

function Page({ route }: { route: string }) {
  if (route === "") return <Overview />;
  const demo = DEMOS.find(({ slug }) => slug === route);
  return demo === undefined ? <NotFound route={route} /> : <demo.Page />;
}

/** Names the tab, and after navigation begins reading at the new page's title. */
function useArrival(route: string, main: React.RefObject<HTMLElement | null>): void {
  const arrivedAt = useRef(route);
  useEffect(() => {
    const title = DEMOS.find(({ slug }) => slug === route)?.title;
    document.title = title === undefined ? "convex-suite" : `${title} · convex-suite`;
    if (arrivedAt.current === route) return;
    arrivedAt.current = route;
    scrollTo(0, 0);
    main.current?.querySelector<HTMLElement>("h1")?.focus();
  }, [route, main]);
}

function BrandMark() {
  return (
    <svg viewBox="0 0 16 16" width="20" height="20" aria-hidden="true" fill="currentColor">
      <rect x="1" y="1" width="6" height="6" rx="1.5" />
      <rect x="9" y="1" width="6" height="6" rx="1.5" />
      <rect x="1" y="9" width="6" height="6" rx="1.5" />
      <rect x="9" y="9" width="6" height="6" rx="1.5" opacity=".4" />
    </svg>
  );
}
