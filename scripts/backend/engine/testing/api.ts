import { anyApi, componentsGeneric, type FunctionReference } from "convex/server";
import type { PaginationOptions, PaginationResult } from "convex/server";

type Query<Args, Result> = FunctionReference<"query", "public", Args & {}, Result>;
type Mutation<Args, Result> = FunctionReference<"mutation", "public", Args & {}, Result>;
type Action<Args, Result> = FunctionReference<"action", "public", Args & {}, Result>;

export interface Message {
  _id: string;
  _creationTime: number;
  author: string;
  body: string;
}

type NewMessage = { author: string; body: string };
type Empty = Record<string, never>;

/** What codegen would say about the functions in `app.ts`. */
interface Api {
  messages: {
    list: Query<{ author: string }, Message[]>;
    page: Query<{ paginationOpts: PaginationOptions }, PaginationResult<Message>>;
    send: Mutation<NewMessage, string>;
    remove: Mutation<{ id: string }, null>;
    sendFromAction: Action<NewMessage, null>;
    hidden: Mutation<Empty, string>;
    missing: Query<Empty, null>;
  };
  folder: {
    errors: {
      coded: Mutation<Empty, null>;
      codedQuery: Query<Empty, null>;
      plain: Action<Empty, null>;
    };
  };
  jobs: {
    list: Query<Empty, string[]>;
    schedule: Mutation<{ name: string; afterMs: number; fail?: boolean }, string>;
    scheduleFailing: Mutation<Empty, string>;
    scheduleAction: Action<{ name: string }, string>;
    cancel: Mutation<{ id: string }, null>;
  };
  counts: {
    get: Query<{ name: string }, number>;
    add: Mutation<{ name: string }, null>;
    addFromAction: Action<{ name: string }, null>;
  };
  meta: {
    talk: Mutation<Empty, null>;
    caller: Mutation<Empty, { ip: string | null; userAgent: string | null }>;
  };
}

export const api = anyApi as unknown as Api;

interface Components {
  counter: {
    counts: {
      get: FunctionReference<"query", "internal", { name: string }, number>;
      add: FunctionReference<"mutation", "internal", { name: string }, null>;
    };
  };
}

export const components = componentsGeneric() as unknown as Components;
