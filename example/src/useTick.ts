import { useEffect, useReducer } from "react";

/** Renders again every `periodMs`, for what changes by the clock alone; never when null. */
export function useTick(periodMs: number | null): void {
  const [, render] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (periodMs === null) return;
    const timer = setInterval(render, periodMs);
    return () => clearInterval(timer);
  }, [periodMs]);
}
