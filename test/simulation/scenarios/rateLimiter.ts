import { RateLimitModel, type Limit } from "../models/rateLimit.ts";
import { sharedLimit } from "../models/sharedLimit.ts";
import { ShardHistory } from "../models/shardHistory.ts";
import type { Scenario } from "../scenario.ts";

const AMOUNTS = { rate: 10, period: 60_000, capacity: 20 } as const;
const CONFIGS = {
  "token bucket": { kind: "token bucket", ...AMOUNTS },
  "fixed window": { kind: "fixed window", ...AMOUNTS, start: 0 },
} as const;

function bucket(kind: Limit["kind"], faults: Scenario["faults"] = {}): Scenario {
  const config = CONFIGS[kind];
  const name = kind.replace(" ", "-");
  const model = () => new RateLimitModel(config);
  return sharedLimit({ name, versions: [config], capacity: 20, model, faults });
}

function onTheLog(kind: Limit["kind"]): Scenario {
  const versions = [{ ...CONFIGS[kind], applyUpdates: "asynchronously" }] as const;
  const name = `${kind.replace(" ", "-")}-on-the-log`;
  const model = () => new RateLimitModel(CONFIGS[kind]);
  return sharedLimit({ name, versions, capacity: 20, model, mostClients: 1 });
}

function withShards(kind: Limit["kind"], name: string, shards: readonly [number, ...number[]]) {
  const [config, ...others] = shards.map((count) => ({ ...CONFIGS[kind], shards: count }));
  if (config === undefined) throw new Error("invariant: no version");
  const model = () => new RateLimitModel(config, false);
  const history = () => new ShardHistory(config);
  return sharedLimit({ name, versions: [config, ...others], capacity: 20, model, history });
}

export const scenarios = [
  bucket("token bucket"),
  bucket("fixed window"),
  bucket("token bucket", { clockJump: 0.02 }),
  bucket("fixed window", { clockJump: 0.02 }),
  withShards("token bucket", "token-bucket-with-shards", [5]),
  withShards("fixed window", "fixed-window-with-shards", [5]),
  withShards("token bucket", "shards-10-and-20", [10, 20]),
  withShards("fixed window", "shards-1-and-4", [1, 4]),
  onTheLog("token bucket"),
  onTheLog("fixed window"),
];
