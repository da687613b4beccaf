import { DEMOS } from "../demos/registry.js";

/** The pages there are. */
export function Navigation({ route, onNavigate }: { route: string; onNavigate: () => void }) {
  const link = (slug: string, title: string) => (
    <a href={`#/${slug}`} aria-current={slug === route ? "page" : undefined} onClick={onNavigate}>
      {title}
    </a>
  );
  return (
    <>
      <ul>
        <li>{link("", "Overview")}</li>
      </ul>
      <p className="nav-title" id="nav-components">
        Components
      </p>
      <ul aria-labelledby="nav-components">
        {DEMOS.map(({ slug, title }) => (
          <li key={slug}>{link(slug, title)}</li>
        ))}
      </ul>
    </>
  );
}
