import { COST_METRICS, type Cost, type CostMetric } from "./bench.ts";

export const NO_COST: Cost = costOf(() => 0);

export function addCosts(a: Cost, b: Cost): Cost {
  return costOf((metric) => a[metric] + b[metric]);
}

/** Rounded to hundredths, so that rows stay the same where only the last digit of a sum differs. */
export function divideCost(cost: Cost, by: number): Cost {
  return costOf((metric) => Math.round((cost[metric] / by) * 100) / 100);
}

function costOf(valueOf: (metric: CostMetric) => number): Cost {
  return Object.fromEntries(COST_METRICS.map((metric) => [metric, valueOf(metric)])) as Cost;
}
