import type { DocumentByName, GenericDataModel, TableNamesInDataModel } from "convex/server";
import type { GenericId } from "convex/values";
import { isShardedCounterError } from "../shared/errors.js";
import { negate, type Total } from "../shared/total.js";
import { pairsOf, type Deltas } from "./deltas.js";

/** A change of a document, as `convex-helpers/server/triggers` tells it. */
export type Change<
  DataModel extends GenericDataModel,
  TableName extends TableNamesInDataModel<DataModel>,
> = { id: GenericId<TableName> } & (
  | { operation: "insert"; oldDoc: null; newDoc: DocumentByName<DataModel, TableName> }
  | {
      operation: "update";
      oldDoc: DocumentByName<DataModel, TableName>;
      newDoc: DocumentByName<DataModel, TableName>;
    }
  | { operation: "delete"; oldDoc: DocumentByName<DataModel, TableName>; newDoc: null }
);

/** What `Triggers.register` of `convex-helpers/server/triggers` takes. */
export type Trigger<
  Ctx,
  DataModel extends GenericDataModel,
  TableName extends TableNamesInDataModel<DataModel>,
> = (ctx: Ctx, change: Change<DataModel, TableName>) => Promise<void>;

/** Which counters a document counts in: a name, changes by name, or none. */
export type CountedIn<Name extends string, Doc, Amount> =
  Name | ((doc: Doc) => Name | Deltas<Name, Amount> | null);

/** How a document counts. */
export interface CountedOptions<Doc, Amount> {
  /** Whether it counts at all. @default every document does */
  where?: (doc: Doc) => boolean;
  /** By how much, where its counters are told by their names. @default 1 */
  sum?: (doc: Doc) => Amount;
}

/** What one document contributes, and to which counters. */
export type Contribution<Name extends string, Doc> = (
  doc: Doc | null,
) => (readonly [Name, Total])[];

/** @param amountOf Validates an amount. */
export function contribution<Name extends string, Doc, Amount extends number | bigint>(
  countedIn: CountedIn<Name, Doc, Amount>,
  { where = () => true, sum }: CountedOptions<Doc, Amount>,
  amountOf: (name: Name, amount: number | bigint) => Total,
): Contribution<Name, Doc> {
  return (doc) => {
    if (doc === null || !where(doc)) return [];
    const counted = typeof countedIn === "function" ? countedIn(doc) : countedIn;
    if (counted === null) return [];
    const pairs: (readonly [Name, number | bigint])[] =
      typeof counted === "string" ? [[counted, sum ? sum(doc) : 1]] : pairsOf(counted);
    return pairs.map(([name, amount]) => [name, amountOf(name, amount)] as const);
  };
}

/**
 * What a change of a document changes: what it contributes after, less what it did before. A document
 * that cannot be counted never was: it can be put right, and deleted.
 */
export function difference<Name extends string, Doc>(
  contributionOf: Contribution<Name, Doc>,
  { oldDoc, newDoc }: { oldDoc: Doc | null; newDoc: Doc | null },
): (readonly [Name, Total])[] {
  const before = countedBefore(contributionOf, oldDoc);
  return [
    ...before.map(([name, amount]) => [name, negate(amount)] as const),
    ...contributionOf(newDoc),
  ];
}

function countedBefore<Name extends string, Doc>(
  contributionOf: Contribution<Name, Doc>,
  oldDoc: Doc | null,
): (readonly [Name, Total])[] {
  try {
    return contributionOf(oldDoc);
  } catch (error) {
    if (isShardedCounterError(error, "INVALID_COUNTER")) return [];
    throw error;
  }
}
