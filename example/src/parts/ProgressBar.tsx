import type { CSSProperties } from "react";

/** Something is under way, and this far. */
export function ProgressBar({ label, value, max }: { label: string; value: number; max: number }) {
  return (
    <div
      className="progress-bar"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={value}
      style={{ "--done": max === 0 ? 0 : Math.min(1, value / max) } as CSSProperties}
    />
  );
}
