import type { ComponentApi } from "../component/_generated/component.js";
import type { AnyCtx, WriteCtx } from "./core.js";

/**
 * Counts different items: visitors, words, devices. Exact up to 256 items, then within 1.6 % as a
 * rule, in at most 4 KiB per name.
 *
 * ```ts
 * const visitors = new UniqueCounter(components.shardedCounter);
 *
 * const isNew = await visitors.add(ctx, "today", userId);
 * ```
 */
export class UniqueCounter<Name extends string = string> {
  readonly component: ComponentApi;

  /** @param component The mounted component, `components.shardedCounter`. */
  constructor(component: ComponentApi) {
    this.component = component;
  }

  /**
   * Adds an item. Reads 1 document, and writes it if the item is new; such additions to the same name
   * conflict with each other.
   *
   * @returns Whether it was new. Beyond 256 items, false can also mean that it looks like another.
   */
  async add(ctx: WriteCtx, name: Name, item: string): Promise<boolean> {
    return ctx.runMutation(this.component.uniques.add, { name, item });
  }

  /** How many different items were added. Reads 1 document. */
  async count(ctx: AnyCtx, name: Name): Promise<number> {
    return ctx.runQuery(this.component.uniques.count, { name });
  }

  /** Adds all items of `from` to `into`. `from` keeps them; items that both have count once. */
  async merge(ctx: WriteCtx, into: Name, from: Name): Promise<void> {
    await ctx.runMutation(this.component.uniques.merge, { into, from });
  }

  /** Forgets all items. */
  async reset(ctx: WriteCtx, name: Name): Promise<void> {
    await ctx.runMutation(this.component.uniques.reset, { name });
  }
}
