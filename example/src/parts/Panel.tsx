import { useId, type ReactNode } from "react";

/** A titled box: one thing to look at or to do. */
export function Panel({
  title,
  aside,
  className = "",
  children,
}: {
  title: string;
  /** Beside the title: a number, a state. */
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
}) {
  const titleId = useId();
  return (
    <section className={`panel ${className}`} aria-labelledby={titleId}>
      <header className="panel-header">
        <h2 id={titleId}>{title}</h2>
        {aside !== undefined && <div className="panel-aside">{aside}</div>}
      </header>
      {children}
    </section>
  );
}
