import {
  getFunctionAddress,
  type FunctionReference,
  type GenericActionCtx,
  type GenericDataModel,
} from "convex/server";
import type { JSONValue, Value } from "convex/values";
import {
  withOverrides,
  type SyscallOverride,
  type SyscallOverrides,
} from "../../scripts/backend/engine/recorder/recorder.ts";
import type { FunctionPath } from "../../scripts/backend/engine/convexTestRuntime.ts";
import { perform } from "../../scripts/backend/engine/scheduler/scheduledFunctions.ts";
import type { Database } from "./database.ts";
import { addJobId } from "./scheduling.ts";
import type { Transactions } from "./transactions.ts";
import type { World } from "./world.ts";

type ActionCtx = GenericActionCtx<GenericDataModel>;

/** The longest that the fault `delayedResult` adds. */
const MAX_RESULT_DELAY_MS = 60_000;

/** What an action does is a sequence of transactions, and it can die or be late between any two. */
export class Actions {
  readonly #world: World;
  readonly #database: Database;
  readonly #transactions: Transactions;

  constructor(parts: { world: World; database: Database; transactions: Transactions }) {
    this.#world = parts.world;
    this.#database = parts.database;
    this.#transactions = parts.transactions;
  }

  /** The context an action gets, with every call parked before and after. */
  wrapCtx(given: unknown, component: string): ActionCtx {
    const ctx = given as ActionCtx;
    const { timeline } = this.#world;
    return {
      ...ctx,
      runQuery: async (...call) => {
        await timeline.park("query");
        return ctx.runQuery(...call);
      },
      runMutation: async (
        reference: FunctionReference<"mutation", "public" | "internal">,
        args,
      ) => {
        await timeline.park("mutation");
        return this.#answer(await this.#mutate(component, reference, args ?? {}));
      },
      runAction: async (...call) => {
        await timeline.park("action");
        return this.#answer((await ctx.runAction(...call)) as Value);
      },
    } as ActionCtx;
  }

  run(path: FunctionPath, args: Value): Promise<Value> {
    return withOverrides(this.#overrides, () =>
      this.#database.mounted.runtime.actionFromPath(path, args),
    );
  }

  /** They have no transaction of their own to schedule in. */
  readonly #overrides: SyscallOverrides = {
    "1.0/actions/schedule": (args) => this.#inTransaction("1.0/schedule", args),
    "1.0/actions/cancel_job": (args) => this.#inTransaction("1.0/cancel_job", args),
    "1.0/getRequestMetadata": addJobId,
  };

  async #mutate(
    component: string,
    reference: FunctionReference<"mutation", "public" | "internal">,
    args: Record<string, Value>,
  ): Promise<Value> {
    const result = await this.#transactions.mutate<Value>({
      component,
      label: `mutation ${nameOf(reference)}`,
      run: (ctx) => ctx.runMutation(reference, args) as Promise<Value>,
    });
    if (!result.ok) throw result.error;
    return result.value;
  }

  async #answer(value: Value): Promise<Value> {
    let delayMs = 0;
    if (this.#world.strikes("delayedResult")) {
      delayMs = this.#world.choices.draw(MAX_RESULT_DELAY_MS);
      this.#world.noteFault("delayedResult", `${delayMs} ms`, delayMs);
    }
    await this.#world.timeline.park("result", { delayMs });
    return value;
  }

  async #inTransaction(op: string, args: Parameters<SyscallOverride>[0]): Promise<string> {
    await this.#world.timeline.park("scheduler");
    const metadata = await perform("1.0/getFunctionMetadata", {});
    const result = await this.#transactions.mutate<JSONValue>({
      component: (metadata as { componentPath: string }).componentPath,
      label: "ctx.scheduler of an action",
      run: () => perform(op, args),
    });
    if (!result.ok) throw result.error;
    return JSON.stringify(result.value);
  }
}

/** "module:name" in the app, and "child/module/name" or a handle for functions of components. */
function nameOf(reference: FunctionReference<"mutation", "public" | "internal">): string {
  const { name, reference: path, functionHandle } = getFunctionAddress(reference);
  return (
    name?.replace(/^.*:/, "") ?? path?.replace(/^.*childComponent\//, "") ?? functionHandle ?? ""
  );
}
