import { RateLimitModel } from "../models/rateLimit.ts";
import { sharedLimit } from "../models/sharedLimit.ts";
import { SlidingModel, type SlidingLimit } from "../models/slidingLimit.ts";
import type { Scenario } from "../scenario.ts";

const STEPS = { clockJump: 0.02 };

function sliding(kind: SlidingLimit["kind"], faults: Scenario["faults"] = {}): Scenario {
  const limit = { kind, rate: 12, period: 60_000 } as const;
  const config = kind === "sliding window" ? { ...limit, kind, start: 0 } : { ...limit, kind };
  const name = kind.replace(" ", "-");
  const model = () => new SlidingModel(limit);
  return sharedLimit({ name, versions: [config], capacity: 12, model, faults });
}

function slidingWithShards(): Scenario {
  const limit = { kind: "sliding window", rate: 12, period: 60_000 } as const;
  const name = "sliding-window-with-shards";
  const model = () => new SlidingModel(limit, true);
  return sharedLimit({ name, versions: [{ ...limit, start: 0, shards: 3 }], capacity: 12, model });
}

/** The minutes of a zone that is half an hour off are those of UTC. */
function calendar(faults: Scenario["faults"] = {}): Scenario {
  const amounts = { rate: 10, capacity: 20 } as const;
  const config = {
    kind: "calendar",
    unit: "minute",
    timeZone: "Asia/Kolkata",
    ...amounts,
  } as const;
  const model = () => new RateLimitModel({ kind: "fixed window", period: 60_000, ...amounts });
  return sharedLimit({ name: "calendar", versions: [config], capacity: 20, model, faults });
}

export const scenarios = [
  sliding("sliding window"),
  sliding("sliding window", STEPS),
  sliding("sliding log"),
  sliding("sliding log", STEPS),
  slidingWithShards(),
  calendar(),
  calendar(STEPS),
];
