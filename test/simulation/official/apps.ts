import { DirectAggregate } from "@convex-dev/aggregate";
import type { ComponentApi as AggregateApi } from "@convex-dev/aggregate/_generated/component.js";
import aggregate from "@convex-dev/aggregate/test";
import batchWorker from "@convex-dev/batch-worker/test";
import { RateLimiter } from "@convex-dev/rate-limiter";
import type { ComponentApi as RateLimiterApi } from "@convex-dev/rate-limiter/_generated/component.js";
import rateLimiter from "@convex-dev/rate-limiter/test";
import { ShardedCounter } from "@convex-dev/sharded-counter";
import type { ComponentApi as CounterApi } from "@convex-dev/sharded-counter/_generated/component.js";
import shardedCounter from "@convex-dev/sharded-counter/test";
import { DirectAggregate as EarlierAggregate } from "aggregate-0.2.2";
import type { ComponentApi as EarlierApi } from "aggregate-0.2.2/_generated/component.js";
import earlierAggregate from "aggregate-0.2.2/test";
import { componentsGeneric, mutationGeneric } from "convex/server";
import { v } from "convex/values";
import { componentsOf, defineApp } from "../scenario.ts";

/*
 * Apps on the official packages whose conflicts were measured before, with another simulator.
 *
 * Clients of components are made inside of the handlers: the official counter keeps the shard it
 * uses in the instance, and an instance of a module would pin all clients to one shard.
 */

const components = componentsGeneric() as unknown as {
  shardedCounter: CounterApi;
  rateLimiter: RateLimiterApi;
  aggregate: AggregateApi & EarlierApi;
};

export function counterApp(shards: number) {
  const add = mutationGeneric({
    args: {},
    handler: async (ctx) => {
      await new ShardedCounter(components.shardedCounter, { defaultShards: shards }).inc(ctx, "a");
    },
  });
  return defineApp({ functions: { add }, components: componentsOf(shardedCounter.register) });
}

export function rateLimiterApp(mode: { shards?: number } | { applyUpdates: "asynchronously" }) {
  const plenty = { kind: "token bucket", rate: 1e6, period: 1000, capacity: 1e6, ...mode } as const;
  const limit = mutationGeneric({
    args: {},
    handler: async (ctx) => {
      const limiter = new RateLimiter(components.rateLimiter, { plenty });
      return (await limiter.limit(ctx, "plenty")).ok;
    },
  });
  return defineApp({ functions: { limit }, components: componentsOf(rateLimiter.register) });
}

const NODE_SIZE = 16;

export function earlierAggregateApp() {
  const tree = () => new EarlierAggregate<{ Key: number; Id: string }>(components.aggregate);
  const clear = mutationGeneric({
    args: { rootLazy: v.boolean() },
    handler: (ctx, { rootLazy }) => tree().clear(ctx, { maxNodeSize: NODE_SIZE, rootLazy }),
  });
  const insert = mutationGeneric({
    args: { key: v.number(), id: v.string() },
    handler: (ctx, item) => tree().insert(ctx, item),
  });
  const register = componentsOf(earlierAggregate.register);
  return defineApp({ functions: { clear, insert }, components: register });
}

export function queuedAggregateApp() {
  const tree = () => new DirectAggregate<{ Key: number; Id: string }>(components.aggregate);
  const clear = mutationGeneric({
    args: { rootLazy: v.boolean() },
    handler: (ctx, { rootLazy }) => tree().clear(ctx, { maxNodeSize: NODE_SIZE, rootLazy }),
  });
  const insert = mutationGeneric({
    args: { key: v.number(), id: v.string() },
    handler: (ctx, item) => tree().enqueueBatch(ctx, [{ type: "insert", ...item }]),
  });
  const register = componentsOf((t) => {
    aggregate.register(t);
    batchWorker.register(t, "aggregate/batchWorker");
  });
  return defineApp({ functions: { clear, insert }, components: register });
}
