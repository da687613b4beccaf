import { useId, type ReactNode } from "react";

/** A titled box: one thing to look at or to do. */
export function Panel({
  title,
  aside,
  className = "",
  heading: Heading = "h2",
  children,
}: {
  title: string;
  /** Beside the title: a number, a state. */
  aside?: ReactNode;
  className?: string;
  /** One below the heading of what the panel is part of. */
  heading?: "h2" | "h3";
  children: ReactNode;
}) {
  const titleId = useId();
  return (
    <section className={`panel ${className}`} aria-labelledby={titleId}>
      <header className="panel-header">
        <Heading id={titleId}>{title}</Heading>
        {aside !== undefined && <div className="panel-aside">{aside}</div>}
      </header>
      {children}
    </section>
  );
}
