import type { Infer } from "convex/values";
import { expectTypeOf } from "vitest";
import type { ComponentApi } from "../component/_generated/component.js";
import type { vBounds, vHistory } from "../shared/validators.js";
import type { RunActionCtx, RunMutationCtx, RunQueryCtx } from "./ctx.js";
import { ShardedCounter, type Bounds, type History } from "./index.js";

expectTypeOf<Infer<typeof vBounds>>().toEqualTypeOf<Required<Bounds>>();
expectTypeOf<Infer<typeof vHistory>>().toEqualTypeOf<History>();

declare const component: ComponentApi;
declare const mutationCtx: RunMutationCtx;
declare const queryCtx: RunQueryCtx;
declare const actionCtx: RunActionCtx;

const any = new ShardedCounter(component);
const some = new ShardedCounter(component, { shards: { beans: 10, users: 3 } });
const large = new ShardedCounter(component, { int64: true });
const named = new ShardedCounter<"beans" | "users">(component, { defaultShards: 8 });

expectTypeOf(any.count(queryCtx, "a")).resolves.toBeNumber();
expectTypeOf(large.count(queryCtx, "a")).resolves.toBeBigInt();
expectTypeOf(large.for("a").count(queryCtx)).resolves.toBeBigInt();
expectTypeOf(named.countMany(queryCtx, ["beans"])).resolves.toEqualTypeOf<
  Record<"beans", number>
>();

export const compiles = [
  any.add(mutationCtx, "a", 5),
  any.inc(actionCtx, "a"),
  large.add(mutationCtx, "a", 5n),
  large.add(mutationCtx, "a", 5),
  some.inc(mutationCtx, "beans"),
  some.addMany(mutationCtx, { beans: 1 }),
  some.addMany(mutationCtx, [["users", 1]]),
  any.trigger("a"),
  any.trigger(({ list }) => `in ${String(list)}`, { where: ({ isDone }) => isDone === true }),
  // @ts-expect-error a name that is not among those of the constructor, as in the official package
  some.inc(mutationCtx, "onions"),
  // @ts-expect-error a query cannot add
  any.inc(queryCtx, "a"),
  // @ts-expect-error bigints are for counters that count in them
  any.add(mutationCtx, "a", 5n),
  // @ts-expect-error an option that does not exist
  new ShardedCounter(component, { shard: 5 }),
];
