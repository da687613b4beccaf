import type { ReactNode } from "react";

/** Title of a page, what the visitor is looking at, and what concerns the whole page. */
export function PageHeader({
  title,
  packageName,
  actions,
  children,
}: {
  title: string;
  packageName?: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <header className="page-header">
      <div className="page-title">
        <div>
          {/* Focused after navigation, so that a screen reader begins here. */}
          <h1 tabIndex={-1}>{title}</h1>
          {packageName !== undefined && <code className="package">{packageName}</code>}
        </div>
        {actions}
      </div>
      <p className="lede">{children}</p>
    </header>
  );
}
