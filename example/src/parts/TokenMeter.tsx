import type { CSSProperties } from "react";

/** More cells than this do not tell apart: one bar says as much. */
const MOST_CELLS = 60;

/** What is left of a limit: a cell per token, the last one filling up. */
export function TokenMeter({
  label,
  value,
  capacity,
}: {
  label: string;
  value: number;
  capacity: number;
}) {
  const cells = capacity <= MOST_CELLS ? Math.ceil(capacity) : 1;
  const left = Math.max(0, value) * (cells / capacity);
  return (
    <div
      className="token-meter"
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={capacity}
      aria-valuenow={Math.floor(Math.max(0, value))}
      style={{ "--cells": cells } as CSSProperties}
      data-dense={cells > 12 || undefined}
    >
      {Array.from({ length: cells }, (_, index) => {
        const fill = Math.min(1, Math.max(0, left - index));
        return (
          <span
            key={index}
            className="token"
            data-whole={fill === 1 || undefined}
            style={{ "--fill": fill } as CSSProperties}
          />
        );
      })}
    </div>
  );
}
