import { mergedStream, stream, type QueryStream } from "convex-helpers/server/stream";
import type { PaginationResult } from "convex/server";
import type { RateLimitConfig } from "../../shared/kinds.js";
import { validateConfig, validatePage } from "../../shared/validation.js";
import type { ListArgs, ListItem } from "../../shared/validators.js";
import type { QueryCtx } from "../_generated/server.js";
import schema from "../schema.js";
import { peek } from "./statuses.js";

interface Keyed {
  key?: string;
}

/** What the events and the checkpoints of one limit are both ordered by. */
const ORDER = ["key", "seq", "_creationTime", "_id"];

/** A page's keys: the longest have 30 KB each. Who asks for more gets more pages. */
const MOST_KEYS = 100;

/**
 * The keys of a limit that have been used, a page at a time, in the order of the keys. Skips from key
 * to key: a page costs a query per key and what `peek` costs.
 */
export async function list(
  ctx: QueryCtx,
  { name, config, paginationOpts }: ListArgs,
): Promise<PaginationResult<ListItem>> {
  validateConfig(name, config);
  validatePage(name, paginationOpts.numItems);
  const numItems = Math.min(paginationOpts.numItems, MOST_KEYS);
  const { page, isDone, continueCursor } = await keysOf(ctx, name, config).paginate({
    ...paginationOpts,
    numItems,
  });
  const items: ListItem[] = [];
  for (const { key } of page) items.push({ key, status: await peek(ctx, { name, key, config }) });
  return { page: items, isDone, continueCursor };
}

/** The first of each key's rows, wherever a limit of this kind keeps them. */
function keysOf(ctx: QueryCtx, name: string, config: RateLimitConfig): QueryStream<Keyed> {
  const db = stream(ctx.db, schema);
  if (config.kind === "concurrency") {
    const leases = db.query("leases").withIndex("by_name_key_slot", (q) => q.eq("name", name));
    return leases.map(keyOf).distinct(["key"]);
  }
  if (!("applyUpdates" in config) || config.applyUpdates !== "asynchronously") {
    const rows = db.query("rateLimits").withIndex("name", (q) => q.eq("name", name));
    return rows.map(keyOf).distinct(["key"]);
  }
  const events = db.query("events").withIndex("by_name_key_seq", (q) => q.eq("name", name));
  const checkpoints = db
    .query("checkpoints")
    .withIndex("by_name_key_seq", (q) => q.eq("name", name));
  return mergedStream([events.map(keyOf), checkpoints.map(keyOf)], ORDER).distinct(["key"]);
}

function keyOf({ key }: Keyed): Promise<Keyed> {
  return Promise.resolve({ key });
}
