import type { LoadedApp } from "../app.ts";
import { PushError } from "./errors.ts";
import { evaluatePush } from "./evaluate.ts";
import { parseFinishPush, parseFunctionCall, parseStartPush, type FunctionCall } from "./parse.ts";
import { PendingPushes } from "./pendingPushes.ts";
import type { SchemaChange, StartPushResponse } from "./wire.ts";

/** What the push endpoints need from the process that serves them. */
export interface PushHost {
  /** Replaces the served app. When it throws, the app served before goes on. */
  activate: (app: LoadedApp) => Promise<void>;
  /** Runs any function, also an internal one, and answers in the format of `/api/function`. */
  runFunction: (call: FunctionCall) => Promise<unknown>;
}

interface Call {
  body: unknown;
  /** Where the caller reaches this server. */
  origin: string;
}

interface Endpoint {
  method: "GET" | "POST";
  answer: (call: Call) => unknown;
}

/** Every endpoint the CLI needs for codegen, dev, deploy and run, by path. */
export function pushEndpoints(host: PushHost): ReadonlyMap<string, Endpoint> {
  const pending = new PendingPushes();
  return new Map<string, Endpoint>([
    ["/api/get_config_hashes", post(() => NOTHING_DEPLOYED)],
    ["/api/deploy2/start_push", post(({ body }) => startPush(body, pending))],
    ["/api/deploy2/finish_push", post(({ body }) => finishPush(body, pending, host))],
    ["/api/deploy2/evaluate_push", post(() => ({ schemaChange: NO_SCHEMA_CHANGE }))],
    ["/api/deploy2/evaluate_schema", post(() => NO_SCHEMA_PREDICTIONS)],
    ["/api/deploy2/wait_for_schema", post(() => ({ type: "complete" }))],
    ["/api/deploy2/report_push_completed", post(() => ({}))],
    ["/api/function", post(({ body }) => host.runFunction(parseFunctionCall(body)))],
    ["/api/v1/get_canonical_urls", get(({ origin }) => canonicalUrls(origin))],
    ["/api/stream_function_logs", get(waitForLogs)],
  ]);
}

/** No hash is ever reported, so every push carries every module and nothing has to be kept. */
const NOTHING_DEPLOYED = {
  config: { functions: "convex/", authInfo: [] },
  moduleHashes: [],
  nodeDependencies: [],
  udfServerVersion: null,
  nodeVersion: null,
};

/** Data starts empty with every push: there is nothing to migrate, validate or backfill. */
const NO_SCHEMA_CHANGE: SchemaChange = { allocatedComponentIds: {}, schemaIds: {} };
const NO_SCHEMA_PREDICTIONS = { componentSchemaEvaluations: {}, newComponentDefinitions: [] };

async function startPush(body: unknown, pending: PendingPushes): Promise<StartPushResponse> {
  const { response, app } = await evaluatePush(parseStartPush(body));
  return { ...response, pushId: pending.add(app) };
}

async function finishPush(body: unknown, pending: PendingPushes, host: PushHost) {
  const { pushId, dryRun } = parseFinishPush(body);
  const app = pending.take(pushId);
  if (app === undefined) {
    throw new PushError("RaceDetected", "This push was overtaken by newer ones: push again.");
  }
  if (!dryRun) await host.activate(app);
  return { authDiff: { added: [], removed: [] }, definitionDiffs: {}, componentDiffs: {} };
}

function canonicalUrls(origin: string) {
  return { convexCloudUrl: origin, convexSiteUrl: origin };
}

/** As long as the real backend holds the request when nothing is logged. */
const LOG_POLL_MS = 10_000;

/** `npm start` prints the functions' log lines itself; the CLI is told that there are none. */
async function waitForLogs(): Promise<{ entries: never[]; newCursor: number }> {
  await new Promise((resolve) => setTimeout(resolve, LOG_POLL_MS).unref());
  return { entries: [], newCursor: 0 };
}

function post(answer: Endpoint["answer"]): Endpoint {
  return { method: "POST", answer };
}

function get(answer: Endpoint["answer"]): Endpoint {
  return { method: "GET", answer };
}
