/// <reference types="vite/client" />
import type { GenericSchema, SchemaDefinition } from "convex/server";
import type { TestConvex } from "convex-test";
import { background } from "./component/model/background.js";
import schema from "./component/schema.js";

const modules = import.meta.glob(["./component/**/*.ts", "!./component/**/*.test.ts"]);

/**
 * Mounts the component in a `convexTest` instance, as `app.use(shardedCounter)` does in an app.
 *
 * @param t What `convexTest` returned.
 * @param name The mount name, if `app.use` gives it another. @default "shardedCounter"
 * @param options `background: true` lets additions schedule housekeeping at random, as in production.
 */
export function register(
  t: Pick<TestConvex<SchemaDefinition<GenericSchema, boolean>>, "registerComponent">,
  name = "shardedCounter",
  options: { background?: boolean } = {},
): void {
  background.isOn = options.background ?? false;
  t.registerComponent(name, schema, modules);
}

export { modules, schema };
export default { register, schema, modules };
