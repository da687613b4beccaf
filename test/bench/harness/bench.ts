import type {
  GenericDataModel,
  GenericMutationCtx,
  GenericSchema,
  SchemaDefinition,
} from "convex/server";
import type { TestConvex } from "convex-test";
import type { World } from "./world.ts";

export type Ctx = GenericMutationCtx<GenericDataModel>;

/** What a component's `register` of its "./test" entry takes. */
export type Mountable = TestConvex<SchemaDefinition<GenericSchema, boolean>>;

/**
 * One component, ours beside the official packages. `Client` is what every subject can do, so that
 * an operation is written once and means the same for all.
 */
export interface Bench<Client> {
  /** The folder name of the component, "rate-limiter". */
  component: string;
  subjects: readonly Subject<Client>[];
  operations: readonly Operation<Client>[];
  growths: readonly Growth<Client>[];
  contentions: readonly Contention<Client>[];
  /** Why ours is worse, for what is true of many rows. */
  worse?: readonly Reason[];
}

/** One implementation, in one configuration. */
export interface Subject<Client> {
  /** "ours", or the official package and how it is configured: "official, 4 shards". */
  name: string;
  /** The installed package, for its version: "@convex-dev/rate-limiter". */
  packageName: string;
  /** How many rows share the work, where that is configured: puts the subject on a chart. */
  shards?: number;
  /** Mounts the component and the components it uses. */
  mount(t: Mountable): void;
  /** Made anew in every execution, as the backend loads modules anew. */
  client(): Client;
  /** The first mutation of a new world. */
  setUp?(ctx: Ctx): Promise<unknown>;
}

/** Which call this is: the n-th of one client, with a key among those in use. */
export interface Call {
  client: number;
  n: number;
  key: string;
  /** How many rows or keys there are, where they grow; otherwise 0. */
  size: number;
}

/**
 * Why ours is worse, in one line. A worse row without a reason fails the bench, and so does a reason
 * that no row needs.
 */
export interface Reason {
  /** The names of the subjects that are better. @default any */
  than?: RegExp;
  /** The values this explains. @default any */
  values?: readonly string[];
  because: string;
}

/** From what was there, 0 at first, up to what there shall be. */
export interface Range {
  from: number;
  to: number;
}

interface Workload<Client> {
  name: string;
  run(client: Client, ctx: Ctx, call: Call): Promise<unknown>;
  /** Names of the subjects that have no such operation, and why: shown in the report. */
  absent?: Readonly<Record<string, string>>;
  /** Why ours is worse here; looked at before the reasons of the bench. */
  worse?: readonly Reason[];
}

/** What one call costs, and how long it takes. */
export interface Operation<Client> extends Workload<Client> {
  /** Brings a new world to the state that the name speaks of. What it queues is done first. */
  prepare?(world: World<Client>): Promise<unknown>;
  /** How many calls the cost is the mean of, where calls differ. @default 1 */
  calls?: number;
  /** Whether a second call does the same work; otherwise it is not timed. @default true */
  isRepeatable?: boolean;
}

/** What calls cost as something grows: one world, measured at each size. */
export interface Growth<Client> {
  /** What there is more and more of: "keys", "rows". */
  of: string;
  sizes: readonly number[];
  /** Adds what is missing. */
  grow(world: World<Client>, range: Range): Promise<unknown>;
  /** `metric` is what the chart shows. */
  operations: readonly (Omit<Operation<Client>, "prepare" | "isRepeatable"> & {
    metric: CostMetric;
  })[];
}

/** What concurrent calls do to each other. */
export interface Contention<Client> extends Workload<Client> {
  /** What grows: clients that share one key, or keys shared by 32 clients. @default "clients" */
  of?: "clients" | "keys";
  /** The points of the chart. @default 1, 4, 16, 32 and 64 */
  values?: readonly number[];
  /** Mutations of each client. @default 20, and 10 where there are 64 clients */
  calls?: number;
  /** Mutations before it begins: how many, and what each does. */
  prepare?: { calls: number; run(client: Client, ctx: Ctx, call: Call): Promise<unknown> };
}

export const COST_METRICS = [
  "queries",
  "documentsRead",
  "documentsWritten",
  "bytesRead",
  "bytesWritten",
  "nestedCalls",
  "scheduled",
] as const;

export type CostMetric = (typeof COST_METRICS)[number];

export type Cost = Record<CostMetric, number>;

/** Checks the types of a bench file where it is written. */
export function defineBench<Client>(bench: Bench<Client>): Bench<Client> {
  return bench;
}
