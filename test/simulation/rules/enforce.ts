import { AsyncLocalStorage } from "node:async_hooks";
import type { GenericSchema, SchemaDefinition } from "convex/server";
import { jsonToConvex, type JSONValue, type ValidatorJSON, type Value } from "convex/values";
import type { ModuleMap } from "../../../scripts/backend/app.ts";
import type { RegisteredFunction } from "../../../scripts/backend/engine/convexTestRuntime.ts";
import {
  currentRecording,
  installRecorder,
  record,
  type SyscallOverrides,
} from "../../../scripts/backend/engine/recorder/recorder.ts";
import type { Document } from "../../../scripts/backend/engine/recorder/recording.ts";
import { conforms, hasRecord } from "./validators.ts";
import { checkDocument, checkMessage } from "./values.ts";

type Schema = SchemaDefinition<GenericSchema, boolean> | null;

/** The schema of the component whose function runs; nothing is checked outside of functions. */
const runningSchema = new AsyncLocalStorage<Schema>();

/**
 * What the backend enforces and convex-test does not, for an ordinary test:
 *
 * ```ts
 * const t = convexTest(schema, withBackendRules(schema, modules));
 * ```
 *
 * Documents are checked when a mutation writes them, arguments before a handler runs, and results
 * before the commit, so that a wrong result rolls back.
 */
export function withBackendRules(schema: Schema, modules: ModuleMap): ModuleMap {
  return Object.fromEntries(
    Object.entries(modules).map(([path, load]) => [
      path,
      async () => wrapModule(await load(), (fn) => atTopLevel(fn, enforceRules(fn, schema))),
    ]),
  );
}

/** A module with the handlers of its functions replaced. */
export function wrapModule(
  module: Record<string, unknown>,
  wrap: (fn: RegisteredFunction) => RegisteredFunction["_handler"],
): Record<string, unknown> {
  const entries = Object.entries(module).map(([name, exported]): [string, unknown] => {
    if (!isFunction(exported)) return [name, exported];
    const [args, returns] = [exported.exportArgs(), exported.exportReturns()];
    // convex-test asks for the validators at every call, and they are slow to export.
    const replaced: Record<string | symbol, unknown> = {
      _handler: wrap(exported),
      exportArgs: () => args,
      exportReturns: () => returns,
    };
    const get = (fn: RegisteredFunction, key: string | symbol): unknown =>
      key in replaced ? replaced[key] : Reflect.get(fn, key);
    return [name, new Proxy(exported, { get })];
  });
  return Object.fromEntries(entries);
}

export function isFunction(exported: unknown): exported is RegisteredFunction & Exports {
  return typeof exported === "function" && "_handler" in exported && "exportArgs" in exported;
}

interface Exports {
  exportArgs(): string;
  exportReturns(): string;
}

/** The handler, with its arguments, its documents and the records in its result checked. */
export function enforceRules(
  fn: RegisteredFunction,
  schema: Schema,
): RegisteredFunction["_handler"] {
  const args = validatorOf(fn, "exportArgs");
  const returns = validatorOf(fn, "exportReturns");
  return async (ctx, given) => {
    checkMessage(given as Value);
    if (args !== null && hasRecord(args)) mustConform(args, given as Value, "argument");
    const result = (await runningSchema.run(schema, () => fn._handler(ctx, given))) as Value;
    checkMessage(result ?? null);
    // The rest is left to convex-test, which checks it after a nested call was merged, as the
    // backend does: a caller that catches the error keeps what the call wrote.
    if (returns !== null && hasRecord(returns)) mustConform(returns, result ?? null, "result");
    return result;
  };
}

/** A mutation called from outside checks its result before it commits; convex-test is late. */
function atTopLevel(
  fn: RegisteredFunction,
  handler: RegisteredFunction["_handler"],
): RegisteredFunction["_handler"] {
  const returns = validatorOf(fn, "exportReturns");
  if (fn.isMutation !== true) return handler;
  return async (ctx, args) => {
    if (currentRecording() !== null) return handler(ctx, args);
    installRecorder();
    const recorded = await record(async () => handler(ctx, args), { overrides: documentRules });
    if (!recorded.ok) throw recorded.error;
    const result = recorded.value as Value;
    if (returns !== null) mustConform(returns, result ?? null, "result");
    return result;
  };
}

/** For `record`: documents are checked where they are written. */
export const documentRules: SyscallOverrides = {
  "1.0/insert": (args, next) => {
    checkWrite(String(args.table), jsonToConvex(args.value ?? null) as Document);
    return next(args);
  },
  "1.0/replace": (args, next) => {
    checkWrite(tableOf(args.id), jsonToConvex(args.value ?? null) as Document);
    return next(args);
  },
  "1.0/shallowMerge": async (args, next) => {
    const result = await next(args);
    // Only now it is known what the document has become.
    const recording = currentRecording();
    const write = recording?.writeOf(recording.component ?? "", String(args.id));
    if (write?.after) checkWrite(write.table, write.after);
    return result;
  },
};

function checkWrite(table: string, document: Document): void {
  const schema = runningSchema.getStore();
  if (schema === undefined) return;
  checkDocument(document);
  const validator = schema === null ? undefined : documentValidator(schema, table);
  if (validator === undefined || !schema?.schemaValidation || !hasRecord(validator)) return;
  const { _id, _creationTime, ...fields } = document;
  mustConform(validator, fields, `document of "${table}"`);
}

const documentValidators = new WeakMap<object, Map<string, ValidatorJSON>>();

/** `export` is left out of the public type, but it is how every deployment reads a schema. */
type ExportableSchema = NonNullable<Schema> & { export: () => string };

function documentValidator(schema: NonNullable<Schema>, table: string): ValidatorJSON | undefined {
  let validators = documentValidators.get(schema);
  if (validators === undefined) {
    const { tables } = JSON.parse((schema as ExportableSchema).export()) as {
      tables: { tableName: string; documentType: ValidatorJSON }[];
    };
    validators = new Map(tables.map(({ tableName, documentType }) => [tableName, documentType]));
    documentValidators.set(schema, validators);
  }
  return validators.get(table);
}

function mustConform(validator: ValidatorJSON, value: Value, what: string): void {
  if (!conforms(validator, value)) throw new Error(`Validator error: the ${what} does not match.`);
}

function validatorOf(fn: RegisteredFunction, name: keyof Exports): ValidatorJSON | null {
  return JSON.parse((fn as RegisteredFunction & Exports)[name]()) as ValidatorJSON | null;
}

/** convex-test ids are a number followed by the name of the table. */
function tableOf(id: JSONValue | undefined): string {
  return String(id).replace(/^[0-9]+/, "");
}
