import {
  getFunctionName,
  type FunctionArgs,
  type FunctionReference,
  type FunctionReturnType,
} from "convex/server";
import type { Value } from "convex/values";
import type { Choices } from "./choices.ts";
import type { Actions } from "./actions.ts";
import type { Database } from "./database.ts";
import { Actor, currentActor } from "./timeline.ts";
import { RetriesExhausted, type Result, type Transactions } from "./transactions.ts";
import { isInjected, messageOf, type World } from "./world.ts";

type Reference<Kind extends "query" | "mutation" | "action"> = FunctionReference<
  Kind,
  "public" | "internal"
>;

/** What a client knows after a call, and what in truth happened. */
export type Outcome<T> = (
  { status: "ok"; value: T } | { status: "failed"; error: unknown } | { status: "unknown" }
) & {
  /** How often a mutation in truth committed: 0, 1, or 2 if the request was duplicated. */
  commits: number;
};

/** One client of the app: it does one thing after the other, beside other clients. */
export class Client {
  readonly name: string;
  readonly choices: Choices;
  readonly #world: World;
  readonly #database: Database;
  readonly #transactions: Transactions;
  readonly #actions: Actions;
  readonly #mayFail: (error: unknown) => boolean;

  constructor(
    name: string,
    parts: {
      world: World;
      database: Database;
      transactions: Transactions;
      actions: Actions;
      mayFail: (error: unknown) => boolean;
    },
  ) {
    this.name = name;
    this.choices = parts.world.choices;
    this.#world = parts.world;
    this.#database = parts.database;
    this.#transactions = parts.transactions;
    this.#actions = parts.actions;
    this.#mayFail = parts.mayFail;
  }

  /** Waits, in simulated time. */
  sleep(delayMs: number): Promise<void> {
    return this.#world.timeline.park("sleep", { delayMs });
  }

  /** Does something up to `most` times; how often is a choice, so some runs are short. */
  async repeat(most: number, act: (i: number) => Promise<void>): Promise<void> {
    for (let i = 0; i < most; i += 1) {
      this.#beginWork(`${this.name} #${i}`);
      if (this.choices.draw(most) === 0) return;
      await act(i);
    }
  }

  #beginWork(work: string): void {
    const actor = currentActor.getStore();
    if (actor !== undefined) actor.work = work;
    this.choices.owner = work;
  }

  /** Calls a mutation of the app. */
  async mutation<Fn extends Reference<"mutation">>(
    reference: Fn,
    args: FunctionArgs<Fn>,
  ): Promise<Outcome<FunctionReturnType<Fn>>> {
    const label = this.#label(reference, args as Value);
    await this.#world.timeline.park(label);
    let result = await this.mutate(reference, args);
    let commits = result.ok ? 1 : 0;
    if (this.#world.strikes("duplicateRequest")) {
      this.#world.noteFault("duplicateRequest", label);
      result = await this.mutate(reference, args);
      commits += result.ok ? 1 : 0;
    }
    if (this.#world.strikes("lostReply")) {
      this.#world.noteFault("lostReply", label);
      return { status: "unknown", commits };
    }
    if (result.ok) return { status: "ok", value: result.value, commits };
    return this.#failed(label, result.error, commits);
  }

  /** The bare mutation with its retries and what they met; for measurements. */
  mutate<Fn extends Reference<"mutation">>(
    reference: Fn,
    args: FunctionArgs<Fn>,
  ): Promise<Result<FunctionReturnType<Fn>>> {
    return this.#transactions.mutate({
      component: "",
      label: this.#label(reference, args as Value),
      run: (ctx) => ctx.runMutation(reference, args) as Promise<FunctionReturnType<Fn>>,
    });
  }

  /** Calls a query of the app; it sees what is committed now. */
  async query<Fn extends Reference<"query">>(
    reference: Fn,
    args: FunctionArgs<Fn>,
  ): Promise<FunctionReturnType<Fn>> {
    await this.#world.timeline.park(this.#label(reference, args as Value));
    return this.#database.mounted.runtime.queryFromPath(pathOf(reference), args as Value);
  }

  /** Calls an action of the app. It is not called again when it dies: the outcome is unknown. */
  async action<Fn extends Reference<"action">>(
    reference: Fn,
    args: FunctionArgs<Fn>,
  ): Promise<Outcome<FunctionReturnType<Fn>>> {
    const label = this.#label(reference, args as Value);
    await this.#world.timeline.park(label);
    return new Promise((resolve) => {
      const actor = new Actor(label);
      actor.isAction = true;
      actor.onDeath = () => resolve({ status: "unknown", commits: 0 });
      this.#world.spawn(actor, async () => {
        await this.#world.timeline.park(`start of ${label}`);
        resolve(await this.#runAction(label, reference, args as Value));
      });
    });
  }

  async #runAction<T>(
    label: string,
    reference: Reference<"action">,
    args: Value,
  ): Promise<Outcome<T>> {
    try {
      const value = await this.#actions.run(pathOf(reference), args);
      return { status: "ok", value: value as T, commits: 0 };
    } catch (error) {
      return this.#failed(label, error, 0);
    }
  }

  /** Conflicts and injected errors are to be expected; everything else has to be allowed. */
  #failed(label: string, error: unknown, commits: number) {
    this.#world.log(`${label}: failed, ${messageOf(error)}`);
    const isExpected = error instanceof RetriesExhausted || isInjected(error);
    if (!isExpected && !this.#mayFail(error)) {
      this.#world.violate(`${this.name} got an error: ${messageOf(error)}`);
    }
    return { status: "failed", error, commits } as const;
  }

  #label(reference: Reference<"query" | "mutation" | "action">, args: Value): string {
    return `${this.name} ${getFunctionName(reference).replace(/^.*:/, "")} ${shown(args)}`;
  }
}

function pathOf(reference: Reference<"query" | "mutation" | "action">) {
  return { componentPath: "", udfPath: getFunctionName(reference) };
}

/** JSON would not tell NaN from null, nor -0 from 0. */
function shown(args: Value): string {
  const text = JSON.stringify(args, (_, value: unknown) => {
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value !== "number") return value;
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : `<${Object.is(value, -0) ? "-0" : value}>`;
  });
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}
