/** A logarithmic axis over these values, each of which is a tick. */
export function logScale(values: readonly number[], [start, end]: readonly [number, number]) {
  const low = Math.log(Math.min(...values));
  const span = Math.log(Math.max(...values)) - low || 1;
  return (value: number) => start + ((Math.log(value) - low) / span) * (end - start);
}

/** A linear axis from zero, and round ticks up to the first that is not below the largest value. */
export function linearScale(largest: number, [start, end]: readonly [number, number]) {
  const ticks = roundTicks(largest);
  const top = ticks.at(-1) ?? 1;
  return { ticks, scale: (value: number) => start + (value / top) * (end - start) };
}

const MOST_STEPS = 5;

function roundTicks(largest: number): number[] {
  const rough = Math.max(largest, 1) / MOST_STEPS;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 2.5, 5, 10].find((each) => each * magnitude >= rough) ?? 10;
  const step = factor * magnitude;
  const steps = Math.max(1, Math.ceil(largest / step));
  return Array.from({ length: steps + 1 }, (_, i) => Math.round(i * step * 1e6) / 1e6);
}
