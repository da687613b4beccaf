/// <reference types="vite/client" />
import type { GenericSchema, SchemaDefinition } from "convex/server";
import type { TestConvex } from "convex-test";
import schema from "./component/schema.js";

const modules = import.meta.glob(["./component/**/*.ts", "!./component/**/*.test.ts"]);

/**
 * Mounts the component in a `convexTest` instance, as `app.use(rateLimiter)` does in an app.
 *
 * @param t What `convexTest` returned.
 * @param name The mount name, if `app.use` gives it another. @default "rateLimiter"
 */
export function register(
  t: Pick<TestConvex<SchemaDefinition<GenericSchema, boolean>>, "registerComponent">,
  name = "rateLimiter",
): void {
  t.registerComponent(name, schema, modules);
}

export { modules, schema };
export default { register, schema, modules };
