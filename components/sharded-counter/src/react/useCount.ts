import { useQuery } from "convex/react";
import type { OptimisticLocalStore } from "convex/browser";
import type { FunctionReference } from "convex/server";

/** `getCount` of `hookAPI`, as exported by the app. */
export type GetCountQuery<Count extends number | bigint = number> = FunctionReference<
  "query",
  "public",
  { name?: string; isThrottled?: boolean },
  Count
>;

export interface UseCountOptions {
  /** Sent to the server, where the function given to `hookAPI` accepts or ignores it. */
  name?: string;
  /**
   * Shows the last checkpoint instead: behind by the additions since, 14 on average, and sent once in
   * 14 additions instead of after each. @default false
   */
  isThrottled?: boolean;
}

/**
 * Follows a counter live. Undefined while loading.
 *
 * ```tsx
 * const visits = useCount(api.visits.getCount);
 * ```
 */
export function useCount<Count extends number | bigint>(
  getCountQuery: GetCountQuery<Count>,
  { name, isThrottled }: UseCountOptions = {},
): Count | undefined {
  return useQuery(getCountQuery, {
    ...(name !== undefined && { name }),
    ...(isThrottled && { isThrottled }),
  });
}

/**
 * Counts a click before the server does: for `withOptimisticUpdate` of a mutation that adds. What is
 * shown jumps to the truth when the server's answer comes, and back if the mutation fails. What is
 * throttled stays as it is: it would jump back until the next checkpoint.
 *
 * ```tsx
 * const visit = useMutation(api.visits.visit).withOptimisticUpdate(
 *   optimisticAdd(api.visits.getCount, 1),
 * );
 * ```
 *
 * @param amount What the mutation adds, or how to tell it from its arguments.
 * @param name The name that is followed, if `useCount` is given one.
 */
export function optimisticAdd<Args extends object, Count extends number | bigint>(
  getCountQuery: GetCountQuery<Count>,
  amount: Count | ((args: Args) => Count),
  name?: string | ((args: Args) => string),
): (store: OptimisticLocalStore, args: Args) => void {
  return (store, args) => {
    const added = typeof amount === "function" ? amount(args) : amount;
    const nameAdded = typeof name === "function" ? name(args) : name;
    for (const { args: followed, value } of store.getAllQueries(getCountQuery))
      if (value !== undefined && followed.name === nameAdded && !followed.isThrottled)
        store.setQuery(getCountQuery, followed, sumOf(value, added));
  };
}

/** Both are numbers, or both are bigints. */
function sumOf<Count extends number | bigint>(value: Count, added: Count): Count {
  const sum =
    typeof value === "bigint" || typeof added === "bigint"
      ? BigInt(value) + BigInt(added)
      : Number(value) + Number(added);
  return sum as Count;
}
