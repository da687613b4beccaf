import type { ReactNode } from "react";

/** One line about something that went wrong, and the way out. */
export function Notice({ children }: { children: ReactNode }) {
  return (
    <p className="notice" role="alert">
      {children}
    </p>
  );
}
